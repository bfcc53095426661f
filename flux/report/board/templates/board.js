// Filters the map by the name of an artifact, by phase and by state.
"use strict";
(() => {
  const map = document.getElementById("map");
  if (!map) return;
  const form = document.getElementById("filters");
  const [name, phase, state] = ["name", "phase", "state"].map((key) => document.getElementById("filter-" + key));
  const count = document.getElementById("filter-count");
  const rows = Array.from(map.tBodies[0].rows);
  const held = rows.map((row) => new Set(row.dataset.states.split(" ")));
  const options = Array.from(state.options).slice(1).map((option) => [option, option.textContent]);
  const heads = Array.from(map.tHead.querySelectorAll("[data-phase]"));
  // Of which phase each environment's column is; the columns before them are of none.
  const phases = Array.from(map.tHead.rows[1].cells, (head) => head.dataset.phase);
  const before = rows.length ? rows[0].cells.length - phases.length - 1 : 0;
  let shownPhase = "";
  const counts = () => {
    for (const [option, text] of options) {
      const found = held.filter((states) => states.has(option.value + ":" + phase.value)).length;
      option.textContent = text + " (" + found + ")";
    }
  };
  const filter = () => {
    const wanted = name.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, at) => {
      const fits = row.dataset.name.toLowerCase().includes(wanted)
        && (!state.value || held[at].has(state.value + ":" + phase.value));
      row.hidden = !fits;
      shown += fits;
    });
    if (phase.value !== shownPhase) {
      shownPhase = phase.value;
      counts();
      const isHidden = (of) => Boolean(shownPhase) && of !== shownPhase;
      for (const head of heads) head.hidden = isHidden(head.dataset.phase);
      for (const row of rows) phases.forEach((of, at) => { row.cells[before + at].hidden = isHidden(of); });
    }
    count.textContent = shown + " of " + rows.length + (rows.length === 1 ? " artifact" : " artifacts");
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const field of [name, phase, state]) field.addEventListener("input", filter);
  counts();
  filter();
  form.hidden = false;
})();
