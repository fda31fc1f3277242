"""A visit from outside: what a visitor does and may not see."""

import json
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from smoke.checking import check, say
from smoke.figures import QUESTION

PAGES = ("/vendors", "/cases", "/solutions", "/information", "/trainings", "/sources")
PAGES += ("/how-ranking-works", "/accessibility", "/feeds/listings.xml", "/sitemap.xml")
PAGES += ("/api/v1/docs", "/api/v1/openapi.json", "/opensearch.xml", "/robots.txt")


def get(client: httpx2.Client, path: str, *lines: str) -> str:
    """The page there; Wrong where it is not found or lacks one of these texts."""
    answer = client.get(path, follow_redirects=True)
    check(answer.status_code == 200, f"{path} answers {answer.status_code}: {answer.text[:300]}")
    for line in lines:
        check(line in answer.text, f"{path} lacks {line!r}")
    return answer.text


def ask(client: httpx2.Client, **question: Any) -> Any:
    return client.get("/api/v1/search", params=question).raise_for_status().json()


def walk(client: httpx2.Client) -> None:
    """What a visitor does, in the order of a visit."""
    get(client, "/", 'action="/search"')
    get(client, f"/search?q={quote(QUESTION)}", 'class="result"')
    by_words = ask(client, q="MES")
    check(by_words["total"], "nothing is found for MES")
    by_meaning = ask(client, q=QUESTION)
    check(by_meaning["by_meaning"] and by_meaning["items"], "nothing is found by meaning")
    say(f"  search: {by_words['total']} by words, {by_meaning['total']} by meaning")
    _filter(client)
    solutions = by_words["items"][:2]
    vendor = ask(client, q="", kind="vendor")["items"][0]
    for thing in (vendor, *solutions):
        get(client, urlsplit(thing["url"]).path, thing["name"])  # a permanent address leads on
        get(client, f"/api/v1/{thing['kind']}s/{thing['id']}", thing["name"])
    ids = "&".join(f"id={thing['id']}" for thing in solutions)
    get(client, f"/compare?{ids}", *(thing["name"] for thing in solutions))
    start = quote(vendor["name"][:3])
    get(client, f"/suggest?q={start}", vendor["name"][:3])
    check(json.loads(get(client, f"/api/v1/suggest?q={start}"))["items"], "no suggestions")
    for page in PAGES:
        get(client, page)
    say(f"  {len(PAGES)} other pages")


def _filter(client: httpx2.Client) -> None:
    """A count beside a filter is what a click on it gives."""
    facets = ask(client, q="")["facets"]
    chosen = 0
    for facet, values in facets.items():
        for value in values[:2]:
            found = ask(client, q="", **{facet: value["code"]})["total"]
            check(found == value["total"], f"{facet}={value['code']} gives {found}, not {value}")
            chosen += 1
    check(chosen, "there is nothing to filter by")
    say(f"  {chosen} filters give what their counts say")


def check_doors(client: httpx2.Client, plain: int, *, is_proxied: bool) -> None:
    """What the outside may see, and what not."""
    check(client.get("/metrics").status_code == 404, "/metrics can be seen from outside")
    headers = client.get("/healthz").headers
    check("strict-transport-security" in headers, "browsers are not told to stay with https")
    if is_proxied:
        sent = httpx2.get(f"http://127.0.0.1:{plain}/vendors?q=1").headers.get("location", "")
        expected = str(client.base_url).rstrip("/") + "/vendors?q=1"
        check(sent == expected, f"http leads to {sent!r}")
