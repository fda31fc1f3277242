"""Generated listings: realistic in wording, length and spread, but of nobody; for measuring only.

The same seed makes the same listings. Everything generated says so in its source.
"""

import csv
import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stdnum.cn import uscc

from ingest.normalise.codes import organisation_check_digit
from search.vocabulary import Vocabulary
from search.vocabulary.terms import Industry, Region, Scenario, Term

MARK = "生成数据，仅供测速"
SEED = 440_000
OFFERS_OF_ONE_VENDOR = 4
MANUFACTURING = "C"
PROVINCE = "44"

# What names of companies are put together from.
_BRAND = "".join(
    (
        "华信天宇恒达联创远景博瑞泰和鑫盛科海星云智汇德诚安康优立方元中正新利丰源金宝龙凯",
        "美佳益成嘉隆东盈通辉明阳润泽鸿图腾飞旭卓越启航宏伟亚太银河蓝绿合众思维奥普迪拓展",
        "锐捷精工朗邦柏川晟耀骏麒翔沃森程驰睿帆磐石",
    )
)
_TRADES = (
    "科技",
    "信息技术",
    "智能科技",
    "软件",
    "自动化",
    "智能装备",
    "网络科技",
    "数字科技",
    "电子",
    "机电设备",
    "物联网科技",
    "系统集成",
)
_FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司")
_PRODUCTS = ("系统", "平台", "解决方案", "软件", "云服务", "一体机")
_PRICES = ("面议", "{n}万元起", "每年{n}万元", "{n}～{m}万元", "")
_FEN_OF_TEN_THOUSAND = 1_000_000
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class Company:
    """A generated vendor with a valid, but never issued, credit code."""

    name: str
    credit_code: str
    kind: str
    city: Region
    industries: tuple[Industry, ...]
    scenarios: tuple[Scenario, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A generated solution of a generated vendor.

    `price` is what a list would write, `price_from` the fen that this means.
    """

    name: str
    company: Company
    industry: Industry
    scenario: Scenario
    summary: str
    deployment: Term
    price: str
    price_from: int | None
    price_model: Term
    year: int


class Generator:
    """Composes companies, their offers and what factories ask for from the vocabulary."""

    def __init__(self, vocabulary: Vocabulary, seed: int = SEED) -> None:
        self._random = random.Random(seed)  # noqa: S311  repeatable, nothing secret
        self._deployments = list(vocabulary.deployments.values())
        self._price_models = list(vocabulary.price_models.values())
        self._cities = [
            region
            for region in vocabulary.regions.values()
            if region.level == "city" and region.code.startswith(PROVINCE)
        ]
        self._industries = [
            industry
            for industry in vocabulary.industries.values()
            if industry.level == "division" and industry.parent == MANUFACTURING
        ]
        self._scenarios = [found for found in vocabulary.scenarios.values() if found.phrases]
        self._names: set[str] = set()

    def companies(self, count: int) -> list[Company]:
        """So many companies, no two of one name."""
        return [self._company() for _ in range(count)]

    def _company(self) -> Company:
        city = self._random.choice(self._cities)
        scenarios = tuple(self._random.sample(self._scenarios, OFFERS_OF_ONE_VENDOR))
        industries = tuple(self._random.sample(self._industries, 2))
        summary = (
            f"位于{city.name}，为{industries[0].short}和{industries[1].short}企业提供"
            f"{'、'.join(scenario.name for scenario in scenarios)}等软件与实施服务，"
            f"团队{self._random.randint(8, 400)}人。"
        )
        kind = self._random.choice(("平台商", "服务商", "服务商"))
        code = self._credit_code(city)
        return Company(self._name(city), code, kind, city, industries, scenarios, summary)

    def _name(self, city: Region) -> str:
        while True:
            brand = "".join(self._random.choices(_BRAND, k=self._random.choice((2, 3, 3, 4))))
            trade, form = self._random.choice(_TRADES), self._random.choice(_FORMS)
            name = f"{city.name}{brand}{trade}{form}"
            if name not in self._names:
                self._names.add(name)
                return name

    def _credit_code(self, city: Region) -> str:
        body = "".join(self._random.choices(_LETTERS, k=8))
        code = f"91{city.code}{body}{organisation_check_digit(body)}"
        return code + str(uscc.calc_check_digit(code))

    def offers(self, count: int, companies: Sequence[Company]) -> Iterator[Offer]:
        """So many offers, spread over the companies; those of one company differ in scenario."""
        for number in range(count):
            company = companies[number % len(companies)]
            scenario = company.scenarios[number // len(companies) % OFFERS_OF_ONE_VENDOR]
            yield self._offer(company, scenario, number // len(companies))

    def _offer(self, company: Company, scenario: Scenario, edition: int) -> Offer:
        industry = self._random.choice(company.industries)
        product = self._random.choice(_PRODUCTS)
        brand = company.name.removeprefix(company.city.name)[:2]
        numbered = f"{edition + 1}号" if edition >= OFFERS_OF_ONE_VENDOR else ""
        low = self._random.randint(1, 60)
        price = self._random.choice(_PRICES)
        return Offer(
            name=f"{brand}{industry.short}{scenario.name}{numbered}{product}",
            company=company,
            industry=industry,
            scenario=scenario,
            summary=self._offer_summary(company, scenario, industry, product),
            deployment=self._random.choice(self._deployments),
            price=price.format(n=low, m=low * 2),
            price_from=low * _FEN_OF_TEN_THOUSAND if "{n}" in price else None,
            price_model=self._random.choice(self._price_models),
            year=self._random.randint(2018, 2025),
        )

    def _offer_summary(
        self, company: Company, scenario: Scenario, industry: Industry, product: str
    ) -> str:
        complaints = self._random.sample(scenario.phrases, min(2, len(scenario.phrases)))
        called = self._random.choice((scenario.name, *scenario.aliases))
        return (
            f"面向{industry.short}企业的{called}{product}，针对"
            f"{'、'.join(f'“{phrase.text}”' for phrase in complaints)}等问题，"
            f"把{self._random.randint(2, 60)}台设备与各班组的数据汇到一处，手机和大屏都能看；"
            f"{self._random.randint(2, 16)}周上线，已在{company.city.short}等地"
            f"{self._random.randint(1, 90)}家工厂使用。"
        )

    def needs(self, count: int, offers: Sequence[Offer]) -> list[str]:
        """So many different questions: complaints, long needs, keywords and exact names."""
        found: dict[str, None] = {}
        numbers = itertools.count()  # of tries: names run out sooner than other questions
        while len(found) < count:
            found[self._need(self._random.choice(offers), next(numbers))] = None
        return list(found)

    def _need(self, offer: Offer, number: int) -> str:
        city = self._random.choice(self._cities).short
        industry = self._random.choice(self._industries).short
        scenario = self._random.choice(self._scenarios)
        complaint = self._random.choice(scenario.phrases).text
        called = self._random.choice((scenario.name, *scenario.aliases))
        people = self._random.randint(20, 900)
        return (
            f"我们是{city}一家{people}人的{industry}厂，{complaint}，有没有什么系统能管起来",
            f"{industry}厂{complaint}",
            f"{city} {industry} {called}",
            f"{called} {self._random.randint(5, 80)}万以内",
            offer.name,
        )[number % 5]


def write_companies(path: Path, companies: Iterable[Company]) -> None:
    """The list of vendors as CSV, under a line of title as real lists have it."""
    rows = (
        (
            company.name,
            company.credit_code,
            company.kind,
            company.city.name,
            company.summary,
            "、".join(scenario.name for scenario in company.scenarios),
            "、".join(industry.short for industry in company.industries),
            MARK,
        )
        for company in companies
    )
    headings = "企业名称,统一社会信用代码,供应商类型,所在地市,企业简介,服务领域,所属行业,来源"
    _write(path, f"供应商清单（{MARK}）", headings, rows)


def write_offers(path: Path, offers: Iterable[Offer]) -> None:
    """The list of solutions as CSV."""
    rows = (
        (
            offer.name,
            offer.company.name,
            offer.industry.short,
            offer.scenario.name,
            offer.summary,
            offer.deployment.name,
            offer.price,
            offer.price_model.name,
            str(offer.year),
            MARK,
        )
        for offer in offers
    )
    headings = "解决方案名称,供应商,适用行业,应用场景,方案简介,部署方式,参考价格,收费方式,年份,来源"
    _write(path, f"解决方案清单（{MARK}）", headings, rows)


def _write(path: Path, title: str, headings: str, rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([title])
        writer.writerow(headings.split(","))
        writer.writerows(rows)
