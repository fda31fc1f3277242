"""What the site says of itself: whether it is ready, and the figures of its processes."""

import httpx2

from smoke.checking import check

QUESTION = "注塑机半夜停机没人知道"


def readiness(client: httpx2.Client) -> tuple[bool, str]:
    """Whether every part is ready, and what was said."""
    answer = client.get("/readyz")
    return answer.status_code == 200 and answer.json()["status"] == "ok", answer.text


def figures(port: int) -> dict[str, float]:
    """What /metrics says, by name with its labels."""
    text = httpx2.get(f"http://127.0.0.1:{port}/metrics").raise_for_status().text
    lines = (line.rpartition(" ") for line in text.splitlines() if line and line[0] != "#")
    return {name: float(value) for name, _, value in lines}


def outbox(port: int, state: str) -> float:
    """How many jobs are in this state, as the figures at this port have it."""
    found = figures(port)
    waiting = [value for name, value in found.items() if name.startswith(f"pool_outbox_{state}{{")]
    check(waiting, f"/metrics does not say pool_outbox_{state}")
    return sum(waiting)


def is_worked_off(port: int) -> tuple[bool, str]:
    left = outbox(port, "waiting")
    return not left, f"{left:.0f} jobs wait"


def answers_by_meaning(client: httpx2.Client) -> tuple[bool, str]:
    """Whether the search engine answers in time, as it may not while much is being written."""
    answer = client.get("/api/v1/search", params={"q": QUESTION})
    return answer.status_code == 200 and answer.json()["by_meaning"], answer.text[:300]
