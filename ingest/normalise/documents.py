"""Numbers and categories of documents: what government lists say about policies."""

import re

from ingest.normalise.text import cell, folded
from ingest.normalise.words import terms_of
from search.vocabulary import Vocabulary

# 粤工信函〔2024〕57号: the body's short name, the year in brackets, the running number.
_NUMBER = re.compile(
    r"(?P<body>[\u4e00-\u9fff]+)\s*[〔\[(【（［]\s*(?P<year>\d{4})\s*[〕\])】）］]\s*第?\s*(?P<number>\d+)\s*号"
)
_POLICY = re.compile(
    r"通知|办法|细则|方案|措施|政策|规划|意见|条例|计划|公告|公示|指南|规程|规定|标准|指标|名单|函"
)
_EVENT = re.compile(r"大赛|论坛|大会|峰会|展会|博览会|沙龙|路演|对接会")
_MACRO = re.compile(r"统计公报|经济运行|生产总值|gdp|采购经理指数|pmi|增加值", re.IGNORECASE)


def read_document_number(text: str) -> tuple[str, str]:
    """The number in its official form, and what stood around it; ("", text) when there is none.

    A number that says it is another document's ("依据文件") is no number of this one.
    """
    found = _NUMBER.search(cell(text))
    if not found:
        return "", cell(text)
    rest = (cell(text)[: found.start()] + cell(text)[found.end() :]).strip(" ()（）;；、,，")
    number = f"{found['body']}〔{found['year']}〕{int(found['number'])}号"
    return ("", cell(text)) if "依据" in rest else (number, rest)


def document_key(number: str) -> str:
    """A document number for comparison, whatever its brackets; "" when it is none."""
    found = _NUMBER.search(cell(number))
    return folded(f"{found['body']}{found['year']}#{int(found['number'])}") if found else ""


def category_of(text: str, name: str, number: str, vocabulary: Vocabulary) -> str | None:
    """The category a list states, or else the one that the title and number speak of."""
    known = vocabulary.information_categories
    stated = terms_of(text, known).codes
    if stated:
        return stated[0]
    for code, words in (("macro", _MACRO), ("event", _EVENT), ("policy", _POLICY)):
        if code in known and words.search(name):
            return code
    if number and "policy" in known:
        return "policy"
    return "industry" if "industry" in known else None
