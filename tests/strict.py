"""`pytest -p tests.strict`: where everything is installed, a skipped test is a failed one.

The good reasons start with "only": what one of the databases lacks, and what takes an account at
somebody else's service, which no machine can install.
"""

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure that repeats its reason; an expected failure stays one."""
    report = yield
    reason = str(call.excinfo.value) if call.excinfo else "skipped"
    expected = hasattr(report, "wasxfail") or reason.startswith("only ")
    if report.skipped and not expected:
        report.outcome, report.longrepr = "failed", f"{item.nodeid} may not be skipped: {reason}"
    return report
