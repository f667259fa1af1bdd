"""Figures and dates as they are printed, and the intervals they allow."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condotta.quantities import find_quantities


def one_of(text, kind, **options):
    found = [q for q in find_quantities(text, **options) if q.kind == kind]
    assert len(found) == 1, found
    return found[0], text[found[0].start : found[0].end]


@pytest.mark.parametrize(
    ("text", "words", "low", "high", "noun"),
    [
        pytest.param("They flew 300 fighters out.", "300", 300, 300, "fighters", id="digits"),
        pytest.param("A plane took 1,250 recruits.", "1,250", 1250, 1250, "recruits", id="comma"),
        pytest.param("The list has 12 500 men.", "12 500", 12500, 12500, "men", id="space"),
        pytest.param(
            "He led 1.5 thousand fighters.", "1.5 thousand", 1500, 1500, "fighters", id="decimal"
        ),
        pytest.param("Some say 2k men left.", "2k", 2000, 2000, "men", id="k"),
        pytest.param("thirty-seven recruits", "thirty-seven", 37, 37, "recruits", id="hyphened"),
        pytest.param(
            "two hundred and fifty men", "two hundred and fifty", 250, 250, "men", id="and"
        ),
        pytest.param(
            "a hundred and ten men", "a hundred and ten", 110, 110, "men", id="a hundred and"
        ),
        pytest.param(
            "fifteen hundred men", "fifteen hundred", 1500, 1500, "men", id="fifteen hundred"
        ),
        pytest.param(
            "sixteen thousand foreigners",
            "sixteen thousand",
            16000,
            16000,
            "foreigners",
            id="thousand",
        ),
        pytest.param(
            "half a million men", "half a million", 500000, 500000, "men", id="half a million"
        ),
        pytest.param(
            "a million and a half people",
            "a million and a half",
            1.5e6,
            1.5e6,
            "people",
            id="and a half",
        ),
        pytest.param("two dozen guards", "two dozen", 24, 24, "guards", id="two dozen"),
        pytest.param("a dozen Serbs were seen", "a dozen", 12, 12, "Serbs", id="a dozen"),
        pytest.param("half a dozen guards", "half a dozen", 6, 6, "guards", id="half a dozen"),
        pytest.param(
            "a couple of hundred fighters", "a couple of hundred", 200, 200, "fighters", id="couple"
        ),
        pytest.param("one lakh soldiers", "one lakh", 100000, 100000, "soldiers", id="lakh"),
        pytest.param(
            "between 500 and 1,000 fighters",
            "between 500 and 1,000",
            500,
            1000,
            "fighters",
            id="between",
        ),
        pytest.param("800-1,200 men", "800-1,200", 800, 1200, "men", id="hyphen range"),
        pytest.param("800 – 1,200 men", "800 – 1,200", 800, 1200, "men", id="dash range"),
        pytest.param("from 300 to 400 troops", "from 300 to 400", 300, 400, "troops", id="from to"),
        pytest.param("two or three guards", "two or three", 2, 3, "guards", id="or"),
        pytest.param(
            "two to three hundred Syrians",
            "two to three hundred",
            200,
            300,
            "Syrians",
            id="shared hundred",
        ),
        pytest.param(
            "3 to 4 thousand men", "3 to 4 thousand", 3000, 4000, "men", id="shared thousand"
        ),
        pytest.param("2-3,000 men", "2-3,000", 2000, 3000, "men", id="shared by hyphen"),
        pytest.param(
            "a hundred or two fighters",
            "a hundred or two",
            100,
            200,
            "fighters",
            id="hundred or two",
        ),
        pytest.param("up to 400 men", "up to 400", None, 400, "men", id="up to"),
        pytest.param(
            "as many as 1,000 Chadians", "as many as 1,000", None, 1000, "Chadians", id="as many as"
        ),
        pytest.param("at most 40 instructors", "at most 40", None, 40, "instructors", id="at most"),
        pytest.param(
            "a maximum of 90 guards", "a maximum of 90", None, 90, "guards", id="maximum of"
        ),
        pytest.param(
            "no more than 250 fighters",
            "no more than 250",
            None,
            250,
            "fighters",
            id="no more than",
        ),
        pytest.param("fewer than 100 men", "fewer than 100", None, 100, "men", id="fewer than"),
        pytest.param("under 60 recruits", "under 60", None, 60, "recruits", id="under"),
        pytest.param("1,500 at most", "1,500 at most", None, 1500, None, id="at most after"),
        pytest.param("at least 70 Cubans", "at least 70", 70, None, "Cubans", id="at least"),
        pytest.param("more than 3,500 men", "more than 3,500", 3500, None, "men", id="more than"),
        pytest.param("over 2,000 convicts", "over 2,000", 2000, None, "convicts", id="over"),
        pytest.param(
            "upwards of 250 guards", "upwards of 250", 250, None, "guards", id="upwards of"
        ),
        pytest.param(
            "no fewer than 370 men", "no fewer than 370", 370, None, "men", id="no fewer than"
        ),
        pytest.param(
            "in excess of 600 men", "in excess of 600", 600, None, "men", id="in excess of"
        ),
        pytest.param(
            "at least another 200 men", "at least another 200", 200, None, "men", id="another"
        ),
        pytest.param("1,000+ fighters", "1,000+", 1000, None, "fighters", id="plus sign"),
        pytest.param("250 or more recruits", "250 or more", 250, None, "recruits", id="or more"),
        pytest.param(
            "five hundred at least", "five hundred at least", 500, None, None, id="at least after"
        ),
        pytest.param("hundreds of Syrians", "hundreds", 200, 999, "Syrians", id="hundreds"),
        pytest.param(
            "several hundred Syrians", "several hundred", 200, 999, "Syrians", id="several hundred"
        ),
        pytest.param("dozens of men", "dozens", 24, 99, "men", id="dozens"),
        pytest.param("a few dozen Russians", "a few dozen", 24, 99, "Russians", id="a few dozen"),
        pytest.param("thousands more men", "thousands", 2000, 9999, "men", id="thousands more"),
        pytest.param(
            "tens of thousands of men",
            "tens of thousands",
            20000,
            99999,
            "men",
            id="tens of thousands",
        ),
        pytest.param(
            "hundreds of thousands of people",
            "hundreds of thousands",
            200000,
            999999,
            "people",
            id="hundreds of thousands",
        ),
        pytest.param(
            "more than a hundred guards",
            "more than a hundred",
            100,
            None,
            "guards",
            id="more than a hundred",
        ),
        pytest.param("a batch of 120 left", "120", 120, 120, "batch", id="batch of"),
        pytest.param("a force numbering 300", "300", 300, 300, "numbering", id="numbering"),
        pytest.param("1,200 of them", "1,200", 1200, 1200, "them", id="of them"),
        pytest.param("54 killed near Sirte", "54", 54, 54, "killed", id="killed"),
        pytest.param("a 300-strong force", "300", 300, 300, "strong", id="strong"),
        pytest.param("a 12-man team", "12", 12, 12, "man", id="12-man"),
        pytest.param(
            "30 former Chadian army officers", "30", 30, 30, "officers", id="words between"
        ),
        pytest.param("In 2020 300 fighters left.", "300", 300, 300, "fighters", id="after a year"),
        pytest.param("some 2000 men", "some 2000", 2000, 2000, "men", id="no year"),
    ],
)
def test_find_quantities_counts_persons(text, words, low, high, noun):
    found = [q for q in find_quantities(text) if q.kind in ("count", "number")]
    assert [(text[q.start : q.end], q.min, q.max, q.noun) for q in found] == [
        (words, low, high, noun)
    ]


@pytest.mark.parametrize(
    "words",
    [
        "about",
        "around",
        "some",
        "nearly",
        "almost",
        "close to",
        "roughly",
        "approximately",
        "an estimated",
        "perhaps",
        "circa",
        "~",
    ],
)
def test_find_quantities_keeps_figures_that_are_about_right(words):
    found, printed = one_of(f"There were {words} 300 fighters.", "count")
    assert printed == f"{words} 300"
    assert (found.min, found.max, found.approx) == (300, 300, True)


@pytest.mark.parametrize("words", ["thirty or so", "thirty-odd", "30 or thereabouts"])
def test_find_quantities_reads_approximation_after_the_figure(words):
    found, printed = one_of(f"{words} men", "count")
    assert (printed, found.min, found.max, found.approx) == (words, 30, 30, True)


@pytest.mark.parametrize(
    ("text", "words", "low", "high", "unit", "period"),
    [
        pytest.param("paid $1,500 for it", "$1,500", 1500, 1500, "USD", None, id="sign"),
        pytest.param("paid US$1,500", "US$1,500", 1500, 1500, "USD", None, id="two-letter sign"),
        pytest.param("paid $ 500", "$ 500", 500, 500, "USD", None, id="sign with a space"),
        pytest.param("paid USD 1,500", "USD 1,500", 1500, 1500, "USD", None, id="code before"),
        pytest.param("paid USD1,500", "USD1,500", 1500, 1500, "USD", None, id="code glued"),
        pytest.param("paid 1,500 USD", "1,500 USD", 1500, 1500, "USD", None, id="code after"),
        pytest.param("paid 2,000 dollars", "2,000 dollars", 2000, 2000, "USD", None, id="dollars"),
        pytest.param("paid A$900", "A$900", 900, 900, "AUD", None, id="other dollars"),
        pytest.param("paid £800", "£800", 800, 800, "GBP", None, id="pounds sign"),
        pytest.param("paid 900 euros", "900 euros", 900, 900, "EUR", None, id="euros"),
        pytest.param("paid €52,000", "€52,000", 52000, 52000, "EUR", None, id="euro sign"),
        pytest.param("paid 90,000 rubles", "90,000 rubles", 90000, 90000, "RUB", None, id="rubles"),
        pytest.param(
            "paid 90,000 roubles", "90,000 roubles", 90000, 90000, "RUB", None, id="roubles"
        ),
        pytest.param("paid 90,000₽", "90,000₽", 90000, 90000, "RUB", None, id="rouble sign"),
        pytest.param(
            "paid 5 million Syrian pounds",
            "5 million Syrian pounds",
            5e6,
            5e6,
            "SYP",
            None,
            id="Syrian pounds",
        ),
        pytest.param(
            "paid 9,000 Turkish lira",
            "9,000 Turkish lira",
            9000,
            9000,
            "TRY",
            None,
            id="Turkish lira",
        ),
        pytest.param("paid 9,000 liras", "9,000 liras", 9000, 9000, "TRY", None, id="liras"),
        pytest.param("paid ₺9,000", "₺9,000", 9000, 9000, "TRY", None, id="lira sign"),
        pytest.param(
            "paid 700 Libyan dinars", "700 Libyan dinars", 700, 700, "LYD", None, id="Libyan dinars"
        ),
        pytest.param(
            "paid 60,000 West African CFA francs",
            "60,000 West African CFA francs",
            60000,
            60000,
            "XOF",
            None,
            id="CFA francs",
        ),
        pytest.param(
            "In Mali he got 60,000 CFA francs",
            "60,000 CFA francs",
            60000,
            60000,
            "XOF",
            None,
            id="CFA francs of a country",
        ),
        pytest.param(
            "paid 50,000 hryvnias", "50,000 hryvnias", 50000, 50000, "UAH", None, id="hryvnias"
        ),
        pytest.param(
            "paid 4 million Colombian pesos",
            "4 million Colombian pesos",
            4e6,
            4e6,
            "COP",
            None,
            id="pesos",
        ),
        pytest.param("paid 300 dinars", "300 dinars", 300, 300, None, None, id="whose dinars"),
        pytest.param(
            "From Kenya: 300 shillings",
            "300 shillings",
            300,
            300,
            "KES",
            None,
            id="shillings of a country",
        ),
        pytest.param(
            "in Niger and Mali, 300 CFA francs",
            "300 CFA francs",
            300,
            300,
            "XOF",
            None,
            id="two countries, one currency",
        ),
        pytest.param(
            "in Sudan and Egypt, 300 pounds",
            "300 pounds",
            300,
            300,
            None,
            None,
            id="two countries, two currencies",
        ),
        pytest.param(
            "paid nine lakh Indian rupees",
            "nine lakh Indian rupees",
            9e5,
            9e5,
            "INR",
            None,
            id="lakh rupees",
        ),
        pytest.param(
            "a $1.5 thousand fee", "$1.5 thousand", 1500, 1500, "USD", None, id="$ thousand"
        ),
        pytest.param("a $2.5m deal", "$2.5m", 2.5e6, 2.5e6, "USD", None, id="$m"),
        pytest.param("a $3bn deal", "$3bn", 3e9, 3e9, "USD", None, id="$bn"),
        pytest.param("a $2k fee", "$2k", 2000, 2000, "USD", None, id="$k"),
        pytest.param(
            "a 500-dollar commission", "500-dollar", 500, 500, "USD", None, id="hyphened name"
        ),
        pytest.param(
            "half a million roubles",
            "half a million roubles",
            5e5,
            5e5,
            "RUB",
            None,
            id="half a million",
        ),
        pytest.param(
            "1.500.000 pesos in Colombia",
            "1.500.000 pesos",
            1.5e6,
            1.5e6,
            "COP",
            None,
            id="points as separators",
        ),
        pytest.param("$1,000 to $2,000", "$1,000 to $2,000", 1000, 2000, "USD", None, id="to"),
        pytest.param("$500–$1,000", "$500–$1,000", 500, 1000, "USD", None, id="dash"),
        pytest.param(
            "between $ 500 and $ 1,000",
            "between $ 500 and $ 1,000",
            500,
            1000,
            "USD",
            None,
            id="between",
        ),
        pytest.param(
            "ranging between 500 and 1,000 US dollars",
            "ranging between 500 and 1,000 US dollars",
            500,
            1000,
            "USD",
            None,
            id="ranging between",
        ),
        pytest.param(
            "from 1,500 to 2,000 dollars",
            "from 1,500 to 2,000 dollars",
            1500,
            2000,
            "USD",
            None,
            id="from to",
        ),
        pytest.param(
            "500 to 1,000 USD", "500 to 1,000 USD", 500, 1000, "USD", None, id="code after a range"
        ),
        pytest.param(
            "between 15 and 20 million euros",
            "between 15 and 20 million euros",
            15e6,
            20e6,
            "EUR",
            None,
            id="shared million",
        ),
        pytest.param("from $1,000", "from $1,000", 1000, None, "USD", None, id="from only"),
        pytest.param("up to $2,000", "up to $2,000", None, 2000, "USD", None, id="up to"),
        pytest.param("can reach $2,000", "can reach $2,000", None, 2000, "USD", None, id="reach"),
        pytest.param(
            "more than $1,000", "more than $1,000", 1000, None, "USD", None, id="more than"
        ),
        pytest.param("$300 a month", "$300 a month", 300, 300, "USD", "month", id="a month"),
        pytest.param("$300 per month", "$300 per month", 300, 300, "USD", "month", id="per month"),
        pytest.param("$300/month", "$300/month", 300, 300, "USD", "month", id="slash"),
        pytest.param("$300 monthly", "$300 monthly", 300, 300, "USD", "month", id="monthly after"),
        pytest.param(
            "a monthly salary of $300", "$300", 300, 300, "USD", "month", id="monthly before"
        ),
        pytest.param(
            "$300 in cash each month", "$300", 300, 300, "USD", "month", id="in cash each month"
        ),
        pytest.param(
            "each month it was $300", "$300", 300, 300, "USD", "month", id="each month before"
        ),
        pytest.param(
            "$300 from us every month", "$300", 300, 300, "USD", "month", id="from us every month"
        ),
        pytest.param("$300. A month later", "$300", 300, 300, "USD", None, id="next sentence"),
        pytest.param(
            "owed $65.4 billion", "$65.4 billion", 65400000000, 65400000000, "USD", None, id="exact"
        ),
        pytest.param("$150 a day", "$150 a day", 150, 150, "USD", "day", id="a day"),
        pytest.param("$150-a-day guards", "$150-a-day", 150, 150, "USD", "day", id="a-day"),
        pytest.param("$9,000 a year", "$9,000 a year", 9000, 9000, "USD", "year", id="a year"),
        pytest.param("$100 a week", "$100 a week", 100, 100, "USD", "other", id="a week"),
        pytest.param(
            "$4,500 per contract",
            "$4,500 per contract",
            4500,
            4500,
            "USD",
            "contract",
            id="per contract",
        ),
        pytest.param("a one-off payment of $500", "$500", 500, 500, "USD", "other", id="one-off"),
        pytest.param(
            "204,000 rubles ($2,250) a month",
            "204,000 rubles",
            204000,
            204000,
            "RUB",
            "month",
            id="conversion",
        ),
        pytest.param(
            "9,000 lira, or about $1,100, were due",
            "9,000 lira",
            9000,
            9000,
            "TRY",
            None,
            id="conversion with or",
        ),
    ],
)
def test_find_quantities_reads_money(text, words, low, high, unit, period):
    found, printed = one_of(text, "money")
    assert (printed, found.min, found.max, found.unit, found.period) == (
        words,
        low,
        high,
        unit,
        period,
    )


def test_find_quantities_marks_a_conversion():
    text = "They earn 204,000 rubles (about $2,250) a month."
    found, _ = one_of(text, "money")
    assert text[slice(*found.conversion)] == "about $2,250"


def test_find_quantities_leaves_a_rise_as_two_sums():
    found = find_quantities("Pay rose from $500 to $1,000 in Libya.")
    assert [(q.min, q.max) for q in found] == [(500, 500), (1000, 1000)]


def test_find_quantities_leaves_two_sums_apart():
    found = find_quantities("Sergeants got $2,000 and soldiers $1,000.")
    assert [(q.min, q.max) for q in found] == [(2000, 2000), (1000, 1000)]


def test_find_quantities_gives_a_count_its_period():
    found, printed = one_of("He sent 50 fighters a month.", "count")
    assert (printed, found.min, found.period) == ("50", 50, "month")


@pytest.mark.parametrize(
    ("text", "words", "low", "high", "noun"),
    [
        pytest.param("a three-month contract", "three-month", 3, 3, "contract", id="three-month"),
        pytest.param(
            "three- to six-month contracts",
            "three- to six-month",
            3,
            6,
            "contracts",
            id="suspended hyphen",
        ),
        pytest.param("for three to six months", "three to six months", 3, 6, None, id="to"),
        pytest.param("for six months", "six months", 6, 6, None, id="months"),
        pytest.param("for 90 days", "90 days", 3, 3, None, id="days"),
        pytest.param("signed for a year", "a year", 12, 12, None, id="a year"),
        pytest.param("half a year", "half a year", 6, 6, None, id="half a year"),
        pytest.param("a year and a half", "a year and a half", 18, 18, None, id="year and a half"),
        pytest.param(
            "one and a half years", "one and a half years", 18, 18, None, id="one and a half"
        ),
        pytest.param("a quarter of a year", "a quarter of a year", 3, 3, None, id="quarter"),
        pytest.param("at least a year", "at least a year", 12, None, None, id="at least"),
        pytest.param("up to six months", "up to six months", None, 6, None, id="up to"),
        pytest.param("over six months", "six months", 6, 6, None, id="over is during"),
        pytest.param("about six months", "about six months", 6, 6, None, id="about"),
        pytest.param("six months to a year", "six months to a year", 6, 12, None, id="two units"),
        pytest.param(
            "between three months and a year",
            "between three months and a year",
            3,
            12,
            None,
            id="between two units",
        ),
        pytest.param(
            "six months or three years", "six months or three years", 6, 36, None, id="or"
        ),
        pytest.param("a year's contract", "a year's", 12, 12, "contract", id="genitive"),
        pytest.param("a four-year war", "four-year", 48, 48, "war", id="war"),
        pytest.param("several months", "several months", None, None, None, id="several"),
    ],
)
def test_find_quantities_reads_durations_in_months(text, words, low, high, noun):
    found, printed = one_of(text, "duration")
    assert (printed, found.min, found.max, found.noun) == (words, low, high, noun)


@pytest.mark.parametrize(
    ("text", "words", "since", "until"),
    [
        pytest.param("on 12 May 2020", "12 May 2020", "2020-05-12", "2020-05-12", id="day"),
        pytest.param("on May 12, 2020,", "May 12, 2020", "2020-05-12", "2020-05-12", id="US day"),
        pytest.param(
            "on the 12th of May 2020", "12th of May 2020", "2020-05-12", "2020-05-12", id="12th of"
        ),
        pytest.param("on 2020-05-12", "2020-05-12", "2020-05-12", "2020-05-12", id="ISO"),
        pytest.param("on 12.05.2020", "12.05.2020", "2020-05-12", "2020-05-12", id="points"),
        pytest.param("on 05/12/2020", "05/12/2020", "2020", "2020", id="slashes, either"),
        pytest.param("on 25/12/2020", "25/12/2020", "2020-12-25", "2020-12-25", id="slashes, sure"),
        pytest.param("in May 2020", "May 2020", "2020-05", "2020-05", id="month"),
        pytest.param("in early May 2020", "early May 2020", "2020-05", "2020-05", id="early"),
        pytest.param("in mid-May 2020", "mid-May 2020", "2020-05", "2020-05", id="mid"),
        pytest.param("in Sept. 2020", "Sept. 2020", "2020-09", "2020-09", id="abbreviation"),
        pytest.param("in 2018", "2018", "2018", "2018", id="year"),
        pytest.param("in late 2016", "late 2016", "2016", "2016", id="late year"),
        pytest.param("in 2014-15", "2014-15", "2014", "2015", id="two years"),
        pytest.param("since 2014", "since 2014", "2014", None, id="since"),
        pytest.param("until May 2020", "until May 2020", None, "2020-05", id="until"),
        pytest.param("by late 2020", "by late 2020", None, "2020", id="by"),
        pytest.param("after May 2020", "after May 2020", "2020-05", None, id="after"),
        pytest.param("from 2021 on", "from 2021", "2021", None, id="from"),
        pytest.param(
            "between March and June 2020",
            "between March and June 2020",
            "2020-03",
            "2020-06",
            id="between",
        ),
        pytest.param(
            "from December to March 2021",
            "from December to March 2021",
            "2020-12",
            "2021-03",
            id="over new year",
        ),
        pytest.param(
            "from May 2019 to June",
            "from May 2019 to June",
            "2019-05",
            "2019-06",
            id="year of the first",
        ),
        pytest.param(
            "between 3 and 19 October 2021",
            "3 and 19 October 2021",
            "2021-10-03",
            "2021-10-19",
            id="days",
        ),
        pytest.param(
            "the first half of 2020", "first half of 2020", "2020-01", "2020-06", id="half"
        ),
        pytest.param(
            "the second quarter of 2020",
            "second quarter of 2020",
            "2020-04",
            "2020-06",
            id="quarter",
        ),
        pytest.param(
            "the first three months of 2020",
            "first three months of 2020",
            "2020-01",
            "2020-03",
            id="first months",
        ),
        pytest.param(
            "the first week of May 2020",
            "first week of May 2020",
            "2020-05",
            "2020-05",
            id="first week",
        ),
        pytest.param("in the summer of 2020", "summer of 2020", "2020-06", "2020-08", id="summer"),
        pytest.param("in the winter of 2019", "winter of 2019", "2019", "2019", id="winter"),
        pytest.param(
            "In May 2020 Syrian fighters left",
            "May 2020",
            "2020-05",
            "2020-05",
            id="before persons",
        ),
        pytest.param("on 31 June 2020", "31 June 2020", "2020-06", "2020-06", id="no such day"),
        pytest.param("last month", "last month", None, None, id="relative, no publication"),
        pytest.param("in May", "May", None, None, id="month, no publication"),
        pytest.param("on Thursday", "Thursday", None, None, id="weekday, no publication"),
    ],
)
def test_find_quantities_reads_dates(text, words, since, until):
    found, printed = one_of(text, "date")
    assert (printed, found.date_from, found.date_to) == (words, since, until)


@pytest.mark.parametrize(
    ("text", "published", "since", "until"),
    [
        pytest.param("last month", "2020-01-20", "2019-12", "2019-12", id="last month"),
        pytest.param("last month", "2020-01", "2019-12", "2019-12", id="of a month"),
        pytest.param("last week", "2020-06-17", "2020-06-08", "2020-06-14", id="last week"),
        pytest.param("last week", "2020-06", None, None, id="last week of a month"),
        pytest.param("this week", "2020-06-17", "2020-06-15", "2020-06-21", id="this week"),
        pytest.param("last year", "2020-06-17", "2019", "2019", id="last year"),
        pytest.param("earlier this year", "2020-06-17", "2020", "2020", id="this year"),
        pytest.param("earlier this month", "2020-06-17", "2020-06", "2020-06", id="this month"),
        pytest.param("next month", "2020-12-17", "2021-01", "2021-01", id="next month"),
        pytest.param("yesterday", "2020-06-01", "2020-05-31", "2020-05-31", id="yesterday"),
        pytest.param("today", "2020-06-01", None, None, id="today"),
        pytest.param("in recent weeks", "2020-06-01", None, None, id="recent"),
        pytest.param("on Thursday", "2020-06-20", "2020-06-18", "2020-06-18", id="weekday"),
        pytest.param("last Thursday", "2020-06-18", "2020-06-11", "2020-06-11", id="last weekday"),
        pytest.param("two weeks ago", "2020-06-18", "2020-06-04", "2020-06-04", id="weeks ago"),
        pytest.param("six months ago", "2020-03-18", "2019-09", "2019-09", id="months ago"),
        pytest.param("a year ago", "2021-04-08", "2020-04", "2020-04", id="a year ago"),
        pytest.param(
            "in the past six months", "2020-03-18", "2019-09", "2020-03", id="past months"
        ),
        pytest.param("over the past year", "2022-08-19", "2021-08", "2022-08", id="past year"),
        pytest.param("in May", "2020-06-17", "2020-05", "2020-05", id="month before"),
        pytest.param("in May", "2020-05-17", "2020-05", "2020-05", id="month of publication"),
        pytest.param("in July", "2020-06-17", "2019-07", "2019-07", id="month of last year"),
        pytest.param("last June", "2020-06-17", "2019-06", "2019-06", id="last June"),
        pytest.param(
            "on 24 December", "2020-01-15", "2019-12-24", "2019-12-24", id="day of last year"
        ),
        pytest.param("since late March", "2020-04-22", "2020-03", None, id="since late March"),
        pytest.param(
            "between December and March", "2025-03-28", "2024-12", "2025-03", id="over new year"
        ),
        pytest.param(
            "in March of last year", "2020-06-17", "2019-03", "2019-03", id="of last year"
        ),
        pytest.param("last summer", "2020-06-17", "2019-06", "2019-08", id="last summer"),
        pytest.param("last winter", "2020-01-17", "2018-12", "2019-02", id="last winter in winter"),
        pytest.param(
            "the second half of the year", "2022-01-20", "2021-07", "2021-12", id="half just over"
        ),
        pytest.param("in May", "2020", None, None, id="publication without a month"),
    ],
)
def test_find_quantities_reads_dates_against_publication(text, published, since, until):
    found, _ = one_of(text, "date", published=published)
    assert (found.date_from, found.date_to) == (since, until)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("They may leave; he may march on Tripoli.", id="verbs"),
        pytest.param("May they rest.", id="wish"),
        pytest.param("April said that she knew nothing.", id="name"),
        pytest.param("March on, they sang.", id="imperative"),
        pytest.param("The group has several commanders.", id="several"),
        pytest.param("No one knew which one it was.", id="pronoun"),
        pytest.param("A spring flowed there.", id="spring"),
        pytest.param("The Fifth Corps and the 3rd brigade left.", id="ordinals"),
        pytest.param("T-72 tanks, Su-24 jets, a G7 summit and Covid-19", id="names"),
        pytest.param("see https://example.org/2020/05/12/300", id="address"),
        pytest.param("at 14:30", id="time"),
        pytest.param("after 9/11, round the clock, 24/7", id="9/11"),
        pytest.param("a post by lion77", id="user name"),
    ],
)
def test_find_quantities_finds_nothing(text):
    assert find_quantities(text, published="2020-06-17") == []


@pytest.mark.parametrize(
    ("text", "kind", "unit"),
    [
        pytest.param("a 27-year-old fighter", "other", "age", id="27-year-old"),
        pytest.param("men aged 18", "other", "age", id="aged"),
        pytest.param("Ahmad, 27, said no", "other", "age", id="between commas"),
        pytest.param("boys of 16", "other", "age", id="boys of"),
        pytest.param("12 drones were lost", "other", None, id="drones"),
        pytest.param("30 km from Sirte", "other", None, id="distance"),
        pytest.param("six flights left", "other", None, id="flights"),
        pytest.param("120 seats on board", "other", None, id="seats"),
        pytest.param("14 villages fell", "other", None, id="villages"),
        pytest.param("a 48-hour curfew", "other", None, id="hours"),
        pytest.param("under article 47", "other", "name", id="article"),
        pytest.param("Battalion 93 left", "other", "name", id="battalion"),
        pytest.param("Suwayda 24 reported", "other", "name", id="outlet"),
        pytest.param("the report (12) says", "other", "name", id="note"),
        pytest.param("40 percent of the men", "share", "share", id="percent"),
        pytest.param("half of the men", "share", "share", id="half"),
        pytest.param("two thirds of the men", "share", "share", id="thirds"),
    ],
)
def test_find_quantities_tells_other_figures_from_counts(text, kind, unit):
    assert [(q.kind, q.unit) for q in find_quantities(text)] == [(kind, unit)]


def test_find_quantities_refuses_a_publication_date_it_cannot_read():
    with pytest.raises(ValueError, match="'May 2020' is no ISO date"):
        find_quantities("last month", published="May 2020")


@pytest.mark.parametrize("published", [None, "", float("nan")])
def test_find_quantities_takes_any_missing_publication_date(published):
    assert find_quantities("last month", published=published)[0].date_from is None


VOCABULARY = """
a an and or of to from between up at least most more than about hundreds dozen hundred thousand
million half three twenty 5 12 1,500 2020 $ € USD dollars pounds rubles month months year years
week ago last this past May March December Monday 300 men drones - – ( ) . , % + early late since
until by the first quarter
"""
WORDS = st.sampled_from([*VOCABULARY.split(), "\n\n"])
TEXTS = st.one_of(st.text(), st.lists(WORDS, max_size=40).map(" ".join))
PUBLISHED = st.one_of(st.none(), st.dates().map(str))


@settings(deadline=None)
@given(TEXTS, PUBLISHED)
def test_find_quantities_reads_any_text(text, published):
    ends = 0
    for found in find_quantities(text, published=published):
        assert ends <= found.start < found.end <= len(text)
        assert text[found.start : found.end].strip() == text[found.start : found.end]
        assert found.min is None or found.max is None or found.min <= found.max
        since, until = found.date_from, found.date_to
        shared = min(len(since or ""), len(until or ""))
        assert (since or "")[:shared] <= (until or "")[:shared]
        ends = found.end


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["{:,}", "{}"]))
def test_find_quantities_returns_a_printed_range(one, two, printed):
    low, high = sorted((one, two))
    text = f"between ${printed.format(low)} and ${printed.format(high)} a month"
    found, words = one_of(text, "money")
    assert (words, found.min, found.max) == (text, low, high)


@settings(deadline=None)
@given(st.integers(1000, 10**9))
def test_find_quantities_returns_a_printed_count(number):
    found, words = one_of(f"They sent {number:,} fighters.", "count")
    assert (words, found.min, found.max) == (f"{number:,}", number, number)


@settings(deadline=None)
@given(st.dates())
def test_find_quantities_returns_a_printed_day(day):
    found, _ = one_of(f"on {day.day} {day:%B} 2021", "date")
    year = f"2021-{day:%m-%d}"
    assert (found.date_from, found.date_to) in [(year, year), ("2021-02", "2021-02")]


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        " ",
        "\n ",
        "1,",
        "1.",
        "1 ",
        "1,000 to ",
        "one hundred and ",
        "May ",
        "12 May and ",
        "up to about ",
        "-",
        "5-",
        "A1-",
        "six months to ",
        "$5 (",
        "2014-",
        "+1 ",
        "a.",
        "USD",
    ],
)
def test_find_quantities_takes_time_in_proportion(piece):
    started = time.process_time()
    find_quantities(piece * (100_000 // len(piece)), published="2020-06-17")
    assert time.process_time() - started < 3
