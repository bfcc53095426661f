"""Variables that are settings are ours to read, not Invoke's."""

from flux.configured import take_environment


def test_variables_are_taken_away_from_invoke() -> None:
    variables = {"INVOKE_FLUX_JOBS": "3", "INVOKE_RUN_ECHO": "1", "FLUX_SYSTEM_NAMESPACE": "flux"}
    assert take_environment(variables) == {"INVOKE_FLUX_JOBS": "3"}
    assert variables == {"INVOKE_RUN_ECHO": "1", "FLUX_SYSTEM_NAMESPACE": "flux"}
