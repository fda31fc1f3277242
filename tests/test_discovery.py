"""Finding through the site's own door: front page, search in all its states, comparing."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalogue.models import Record
from search.engine import Kind
from tests.factories import a_record

Fill = Callable[[], None]
HTMX = {"HX-Request": "true"}


def text_of(html: str) -> str:
    """What a reader sees: no markup, one space between words."""
    bare = re.sub(r"<(script|style).*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare)))


def names_in(html: str) -> list[str]:
    """The names of the results, in their order."""
    headings = re.findall(r"<h3>(.*?)</h3>", html, flags=re.S)
    return [unescape(re.sub(r"<[^>]+>", "", heading)).strip() for heading in headings]


def chips_in(html: str) -> list[str]:
    """What was understood, as the chips say it."""
    found = re.findall(r'<span class="chip">(.*?)</span>', html, flags=re.S)
    return [" ".join(text_of(chip).split()[:-2]) for chip in found]


def links_in(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]*)"', html)]


@pytest.fixture
def pool(db: Session, fill_index: Fill) -> dict[str, Record]:
    """Two moulding solutions, one of energy, a vendor in Dongguan, a case, a policy."""
    vendor = a_record(
        db, Kind.VENDOR, name="东莞云注塑科技有限公司", region="441900", kind="platform"
    )
    moulding = a_record(
        db,
        Kind.SOLUTION,
        name="注塑机联网",
        vendor_id=vendor.id,
        summary="采集注塑机状态，停机时在手机上告警。",
        scenarios=["equipment-connectivity"],
        industries=["C29"],
        deployment=["public_cloud"],
        price_from=8_000_000,
    )
    energy = a_record(
        db,
        Kind.SOLUTION,
        name="能耗云",
        vendor="广州节能有限公司",
        summary="统计空压机能耗。",
        scenarios=["energy-management"],
        industries=["C33"],
    )
    case = a_record(
        db, Kind.CASE, name="某塑胶厂注塑机联网", vendor_id=vendor.id, solution_id=moulding.id
    )
    policy = a_record(db, Kind.INFORMATION, name="注塑行业上云补贴通知", issuer="东莞市工信局")
    fill_index()
    return {
        "vendor": vendor,
        "moulding": moulding,
        "energy": energy,
        "case": case,
        "policy": policy,
    }


def test_the_front_page_counts_what_the_pool_holds(client: TestClient, pool: object) -> None:
    page = text_of(client.get("/").text)
    assert "2 solutions" in page
    assert "2 vendors" in page
    assert "注塑行业上云补贴通知" in page


def test_a_count_on_the_front_page_is_what_its_link_gives(client: TestClient, pool: object) -> None:
    page = client.get("/").text
    (bar,) = re.findall(
        r"<li>\s*<a href=\"(/search\?scenario=energy[^\"]*)\".*?<b>(\d+)</b>", page, re.S
    )
    (tile,) = re.findall(r'href="(/vendors\?city=441900)">.*?<b>(\d+)</b>', page, re.S)
    for address, count in (bar, tile):
        assert len(names_in(client.get(address).text)) == int(count) == 1


def test_an_empty_pool_still_has_a_front_page(client: TestClient, fill_index: Fill) -> None:
    fill_index()
    assert client.get("/").status_code == 200
    assert "Nothing is listed here yet" in client.get("/search").text


def test_search_finds_by_words_and_says_where(client: TestClient, pool: object) -> None:
    page = client.get("/search", params={"q": "注塑机停机"}).text
    assert names_in(page)[0] == "注塑机联网"
    assert "<mark>注塑机</mark>" in page
    assert re.search(r"“注塑机[^”]*”: said in the \w+", text_of(page))


def test_search_without_words_lists_everything(client: TestClient, pool: object) -> None:
    assert sorted(names_in(client.get("/search").text)) == ["注塑机联网", "能耗云"]


def test_a_facet_narrows_and_can_be_taken_away(client: TestClient, pool: object) -> None:
    page = client.get("/search?scenario=energy-management&city=441900&city=440100").text
    assert names_in(page) == []
    page = client.get("/search?scenario=energy-management").text
    assert names_in(page) == ["能耗云"]
    assert 'id="scenario-energy-management"' in page
    assert re.search(r'value="energy-management"\s+checked', page)
    assert "/search" in links_in(page)


def test_each_count_beside_a_tick_box_is_what_a_tick_gives(
    client: TestClient, pool: object
) -> None:
    page = client.get("/search").text
    ticks = re.findall(r'name="(\w+)"\s+value="([\w-]+)".*?<small>(\d+)</small>', page, re.S)
    assert len(ticks) > 4
    for facet, code, count in ticks:
        assert len(names_in(client.get(f"/search?{facet}={code}").text)) == int(count)


def test_a_tab_counts_what_it_leads_to(client: TestClient, pool: object) -> None:
    page = client.get("/search", params={"q": "注塑"}).text
    tabs = re.search(r'<nav class="tabs".*?</nav>', page, re.S)
    assert tabs
    found = re.findall(r'href="([^"]+)"[^>]*>\D*?(\d+)</a>', tabs.group(), re.S)
    assert [int(count) for _address, count in found] == [1, 1, 1, 1, 0]
    for address, count in found:
        assert len(names_in(client.get(unescape(address)).text)) == int(count)


def test_what_was_understood_can_be_set_aside_kept_or_made_a_filter(
    client: TestClient, pool: object
) -> None:
    asked = {"q": "东莞注塑机联网，预算十万"}
    page = client.get("/search", params=asked).text
    assert "Understood as" in page
    narrow = [link for link in links_in(page) if "city=441900" in link]
    away = [link for link in links_in(page) if "ignore=city%3A441900" in link]
    budget = [
        link for link in links_in(page) if "max_price=100000" in link and "ignore" not in link
    ]
    assert names_in(client.get(narrow[0]).text) == ["注塑机联网"]
    assert "City Dongguan" in chips_in(page)
    assert chips_in(client.get(away[0]).text) == [c for c in chips_in(page) if "City" not in c]
    assert "up to CNY 100,000" in text_of(client.get(budget[0]).text)


def test_a_visitor_may_have_his_words_searched_as_they_are(
    client: TestClient, pool: object
) -> None:
    page = client.get("/search", params={"q": "东莞注塑机联网", "plain": "1"}).text
    assert "Understood as" not in page
    assert "Interpret them again" in page


def test_a_mistake_is_corrected_and_can_be_insisted_on(client: TestClient, pool: object) -> None:
    page = client.get("/search", params={"q": "能好管理"}).text
    assert "Searched for “能耗管理”" in page
    insisting = next(link for link in links_in(page) if "plain=1" in link)
    assert "Searched for" not in client.get(insisting).text


def test_a_budget_keeps_what_publishes_no_price(client: TestClient, pool: object) -> None:
    assert len(names_in(client.get("/search?max_price=80000").text)) == 2
    assert names_in(client.get("/search?max_price=79999").text) == ["能耗云"]


def test_nothing_found_says_which_filter_to_drop(client: TestClient, pool: object) -> None:
    page = client.get("/search", params={"q": "注塑机", "city": "445300"}).text
    assert "Nothing meets all of this" in page
    assert "Without “Yunfu”: 1 solution" in page
    assert names_in(client.get("/search", params={"q": "注塑机"}).text) == ["注塑机联网"]


def test_nothing_found_without_filters_says_what_to_try(client: TestClient, pool: object) -> None:
    page = client.get("/search", params={"q": "zzqqxx", "plain": "1"}).text
    assert "Nothing found for “zzqqxx”" in page


def test_filters_that_exclude_each_other_are_removed_together(
    client: TestClient, pool: object
) -> None:
    page = client.get("/search?city=445300&scenario=low-code&deployment=edge").text
    assert "Even with one filter fewer there would be nothing." in page


def test_without_a_model_the_page_says_so(client: TestClient, pool: object) -> None:
    page = client.get("/search", params={"q": "注塑机"}).text
    assert "The language model is not available" in page


def test_htmx_gets_only_the_part_that_changes(client: TestClient, pool: object) -> None:
    part = client.get("/search", params={"q": "注塑机"}, headers=HTMX)
    whole = client.get("/search", params={"q": "注塑机"})
    assert "<html" not in part.text
    assert part.text.partition("</title>")[0] in whole.text  # the page gets its new name
    assert part.text.strip() in whole.text or len(part.text) < len(whole.text)
    assert names_in(part.text) == names_in(whole.text)
    assert "HX-Request" in whole.headers["Vary"]


def test_vendors_and_cases_have_their_own_lists(client: TestClient, pool: object) -> None:
    assert sorted(names_in(client.get("/vendors").text)) == [
        "东莞云注塑科技有限公司",
        "广州节能有限公司",
    ]
    assert names_in(client.get("/cases").text) == ["某塑胶厂注塑机联网"]
    assert names_in(client.get("/search?kind=information").text) == ["注塑行业上云补贴通知"]


def test_a_vendor_row_counts_its_solutions_and_cases(client: TestClient, pool: object) -> None:
    page = text_of(client.get("/vendors?city=441900").text)
    assert "Solutions 1 Cases 1" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("page=abc", "“abc” is not a whole number from 1"),
        ("page=0", "“0” is not a whole number from 1"),
        ("page=-1", "“-1” is not a whole number from 1"),
        ("page=99999999999999999999", "is not a whole number from 1"),
        ("page=%D9%A3", "is not a whole number from 1"),
        ("kind=robot", "There is no such kind of listing"),
        ("city=000000", "“000000” is not a filter that exists"),
        ("scenario=%3Cscript%3E", "“<script>” is not a filter that exists"),
        ("sort=random", "There is no such order"),
        ("max_price=cheap", "“cheap” is not a whole number from 1"),
        (f"q={'a' * 10_000}", "Only the first 1000 characters are searched for."),
    ],
)
def test_what_cannot_be_taken_is_told_and_left_out(
    client: TestClient, pool: object, query: str, said: str
) -> None:
    answer = client.get(f"/search?{query}")
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert "<script>” is" not in answer.text


STRANGE = [
    "'; DROP TABLE solution; --",
    ".*",
    "(",
    "%",
    '"',
    "\\",
    "{{7*7}}",
    "\x00\x01",
    "🤖",
    "AND OR NOT",
    "name:*",
    "\u202e",
]


@pytest.mark.parametrize("text", STRANGE)
def test_strange_questions_get_a_page(client: TestClient, pool: object, text: str) -> None:
    for path in ("/search", "/suggest", "/vendors"):
        assert client.get(path, params={"q": text}).status_code == 200


def test_a_page_behind_the_last_is_not_there(client: TestClient, pool: object) -> None:
    answer = client.get("/search?page=7")
    assert answer.status_code == 404
    assert "There is only one page of this." in answer.text
    assert "To the last page" in answer.text


def test_pages_neither_repeat_nor_skip(client: TestClient, db: Session, fill_index: Fill) -> None:
    vendor = a_record(db, Kind.VENDOR)
    for number in range(45):
        a_record(db, Kind.SOLUTION, name=f"联网方案{number}", vendor_id=vendor.id)
    fill_index()
    for query in ("", "q=联网&", "sort=name&"):
        pages = [names_in(client.get(f"/search?{query}page={n}").text) for n in (1, 2, 3)]
        assert [len(page) for page in pages] == [20, 20, 5]
        assert len({name for page in pages for name in page}) == 45


def test_lists_can_be_ordered_by_name(client: TestClient, db: Session, fill_index: Fill) -> None:
    for name in ("C 方案", "A 方案", "B 方案"):
        a_record(db, Kind.SOLUTION, name=name)
    fill_index()
    page = client.get("/search?sort=name").text
    assert names_in(page) == ["A 方案", "B 方案", "C 方案"]
    assert "<b>Name</b>" in page


def test_other_words_keep_the_filters_but_not_what_was_set_aside(
    client: TestClient, pool: object
) -> None:
    page = client.get("/search?q=注塑&kind=training&city=441900&ignore=city:441900&plain=1").text
    kept = re.findall(r'<input type="hidden" form="find" name="(\w+)" value="([^"]*)"', page)
    assert kept == [("kind", "training"), ("city", "441900")]


def test_suggestions_lead_to_the_thing_itself(client: TestClient, pool: dict[str, Record]) -> None:
    page = client.get("/suggest", params={"q": "注塑机"}).text
    assert f"/id/{pool['moulding'].identifier}" in links_in(page)
    part = client.get("/suggest", params={"q": "zhusu"}, headers=HTMX).text
    assert "<html" not in part
    assert "注塑机联网" in part
    assert "No name begins like this" in client.get("/suggest?q=zzqqxx").text
    assert client.get("/suggest").status_code == 200


def compare(client: TestClient, *identifiers: str) -> tuple[int, str]:
    answer = client.get("/compare", params=[("id", identifier) for identifier in identifiers])
    return answer.status_code, text_of(answer.text)


def test_comparing_marks_what_differs(client: TestClient, pool: dict[str, Record]) -> None:
    status, page = compare(client, pool["moulding"].identifier, pool["energy"].identifier)
    assert status == 200
    assert "Scenarios ≠ (differs) Equipment connectivity Energy management" in page
    assert "Deployment Public cloud Not stated" in page


def test_a_wrong_identifier_is_left_out_with_a_word(
    client: TestClient, pool: dict[str, Record]
) -> None:
    status, page = compare(client, pool["moulding"].identifier, "s-nothing", "<b>")
    assert status == 422
    assert "2 listings are not in the pool or not any longer." in page
    assert "注塑机联网" in page


def test_only_listings_of_one_kind_are_compared(
    client: TestClient, pool: dict[str, Record]
) -> None:
    status, page = compare(client, pool["moulding"].identifier, pool["vendor"].identifier)
    assert status == 422
    assert "Only listings of one kind can be compared" in page


def test_a_fifth_listing_is_left_out_with_a_word(
    client: TestClient, db: Session, fill_index: Fill
) -> None:
    listed = [a_record(db, Kind.SOLUTION, name=f"方案{n}").identifier for n in range(5)]
    fill_index()
    status, page = compare(client, *listed)
    assert status == 422
    assert "At most 4 can be compared; the first 4 are shown." in page
    assert "方案3" in page
    assert "方案4" not in page


def test_comparing_nothing_says_how_to_begin(client: TestClient, fill_index: Fill) -> None:
    status, page = compare(client)
    assert status == 200
    assert "Nothing to compare yet" in page


def test_the_other_language_keeps_the_page(client: TestClient, pool: object) -> None:
    page = client.get("/search", params={"q": "注塑机", "city": "441900"}).text
    chinese = next(link for link in links_in(page) if "lang=zh-Hans" in link)
    assert "city=441900" in chinese
    switched = client.get(chinese).text
    assert '<html lang="zh-Hans"' in switched
    assert "东莞" in text_of(switched)
