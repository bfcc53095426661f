// Filters the map by the name of an artifact, by phase and by state.
"use strict";
(() => {
  const map = document.getElementById("map");
  if (!map) return;
  const form = document.getElementById("filters");
  const [name, phase, state] = ["name", "phase", "state"].map((key) => document.getElementById("filter-" + key));
  const count = document.getElementById("filter-count");
  const rows = Array.from(map.tBodies[0].rows);
  const heads = Array.from(map.tHead.querySelectorAll("[data-phase]"));
  // Of which phase each environment's column is; the columns before them are of none.
  const phases = Array.from(map.tHead.rows[1].cells, (head) => head.dataset.phase);
  const before = rows.length ? rows[0].cells.length - phases.length - 1 : 0;
  let shownPhase = "";
  const filter = () => {
    const wanted = name.value.trim().toLowerCase();
    const held = state.value + ":" + phase.value;
    let shown = 0;
    for (const row of rows) {
      const fits = row.dataset.name.toLowerCase().includes(wanted)
        && (!state.value || row.dataset.states.split(" ").includes(held));
      row.hidden = !fits;
      shown += fits;
    }
    if (phase.value !== shownPhase) {
      shownPhase = phase.value;
      const isHidden = (of) => Boolean(shownPhase) && of !== shownPhase;
      for (const head of heads) head.hidden = isHidden(head.dataset.phase);
      for (const row of rows) phases.forEach((of, at) => { row.cells[before + at].hidden = isHidden(of); });
    }
    count.textContent = shown + " of " + rows.length + (rows.length === 1 ? " artifact" : " artifacts");
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const field of [name, phase, state]) field.addEventListener("input", filter);
  filter();
  form.hidden = false;
})();
