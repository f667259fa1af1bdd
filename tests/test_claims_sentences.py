"""Sentences of our own from many wars: what they claim, in which slots, and where nobody claims."""

# ruff: noqa: E501 - one case a line

import pandas as pd
import pytest

from condotta import claims, entities, statements, tables

ROUTE, SERVES, STOCK = "transfer", "deployment", "headcount"


def read(nlp, book, text):
    articles = pd.DataFrame([{"article_id": "a1", "text": text, "publisher": "Gazette"}])
    docs = [("a1", nlp(text))]
    named = entities.find_entities(docs, codebook=book)
    said = statements.find_statements(docs, articles, named, codebook=book)
    return claims.find_claims(docs, articles, named, said, codebook=book)


CLAIMS = {
    # hiring, in many words
    "r enlisted": ("Wagner enlisted 40 Central Africans in Bangui to fight in Ukraine.", "recruitment", {"recruiter": "Wagner Group", "destination": "Ukraine", "count_min": 40}),
    "r hired by": ("About 60 former Colombian soldiers were hired by a security firm to fight in Yemen.", "recruitment", {"destination": "Yemen", "count_min": 60}),
    "r signed up": ("Turkey has signed up 500 Syrians to fight in Niger.", "recruitment", {"recruiter": "Turkey", "recruits": "Syrians", "destination": "Niger", "count_min": 500}),
    "r RSF": ("The Rapid Support Forces recruited 200 Chadians to fight in Sudan.", "recruitment", {"recruits": "Chadians", "count_min": 200, "count_max": 200}),
    "r Nepalis": ("Russia recruited more than 300 Nepalis to fight in Ukraine.", "recruitment", {"recruiter": "Russia", "count_min": 300, "count_max": None}),
    "r Cubans": ("Moscow recruited up to 1,000 Cubans to fight in Ukraine, officials in Kyiv said.", "recruitment", {"recruiter": "Russia", "recruits": "Cubans", "count_min": None, "count_max": 1000}),
    "r hundreds": ("Wagner has recruited hundreds of Malians to fight in Libya.", "recruitment", {"count_min": 200, "count_max": 999}),
    "r dozens": ("Brokers recruited dozens of Indians to fight for Russia in Ukraine.", "recruitment", {"recruits": "Indians", "destination": "Ukraine", "count_min": 24}),
    "r range": ("Wagner recruited between 50 and 70 Serbs to fight in Ukraine.", "recruitment", {"count_min": 50, "count_max": 70}),
    "r origin": ("Wagner recruited 120 Syrians in Quneitra to fight in Libya.", "recruitment", {"origin": "Quneitra", "recruits": "Syrians"}),
    "r Hamza": ("The Hamza Division recruited 90 Syrians in Afrin to fight in Azerbaijan.", "recruitment", {"recruits": "Syrians", "destination": "Azerbaijan", "count_min": 90}),
    "r passive two": ("Some 250 Sri Lankans have been recruited by Russia to fight in Ukraine.", "recruitment", {"recruiter": "Russia", "recruits": "Sri Lankans"}),
    "r Somalis": ("Yemeni brokers recruited 80 Somalis to fight for the Houthis in Yemen.", "recruitment", {"destination": "Yemen", "count_min": 80}),
    "r convicts": ("Wagner recruited 5,000 Russian prisoners to fight in Ukraine.", "recruitment", {"recruiter": "Wagner Group", "count_min": 5000}),
    "r Emirati": ("An Emirati company hired 300 Colombians to fight in Sudan.", "recruitment", {"recruits": "Colombians", "destination": "Sudan", "count_min": 300}),
    "r with source": ("Local sources said Wagner had recruited 70 Syrians in As-Suwayda to fight in Libya.", "recruitment", {"recruiter": "Wagner Group", "source_kind": "anonymous_local"}),
    # names on lists
    "g registered": ("About 2,000 Syrians have registered at offices in Damascus to fight for Russia in Ukraine.", "registration", {"count_min": 2000, "recruits": "Syrians"}),
    "g applied": ("More than 16,000 volunteers from the Middle East have applied to fight in Ukraine, Russia's defence minister said.", "registration", {"count_min": 16000}),
    "g offices": ("Russia has opened recruitment offices in Aleppo and Hama to register Syrians for the war in Ukraine.", "registration", {"recruiter": "Russia", "destination": "Ukraine"}),
    # routes
    "t flown": ("Turkey flew 200 Syrian fighters from Gaziantep to Tripoli.", ROUTE, {"recruiter": "Turkey", "recruits": "Syrians", "count_min": 200}),
    "t passive": ("Some 150 Syrian mercenaries were flown from Hmeimim to Benghazi by Russia.", ROUTE, {"recruits": "Syrians", "count_min": 150}),
    "t airlifted": ("Russia airlifted 300 Syrian fighters from Hmeimim to Libya.", ROUTE, {"recruiter": "Russia", "destination": "Libya"}),
    "t Bosaso": ("A plane carried 70 Colombian mercenaries from Bosaso to Nyala in Sudan.", ROUTE, {"recruits": "Colombians", "destination": "Sudan", "count_min": 70}),
    "t batch": ("A batch of 120 Syrian mercenaries left Turkey for Libya on a military plane.", ROUTE, {"destination": "Libya", "count_min": 120}),
    "t bused": ("About 80 Syrian recruits were bused from Homs to Hmeimim and flown to Libya.", ROUTE, {"staging": "Hmeimim", "destination": "Libya"}),
    "t convoy": ("A convoy took 100 Sudanese mercenaries across the border to Kufra in Libya.", ROUTE, {"destination": "Libya", "count_min": 100}),
    "t moved": ("Wagner moved 400 fighters from Libya to Mali by air.", ROUTE, {"recruiter": "Wagner Group", "count_min": 400}),
    "t transferred": ("Turkey transferred 1,200 Syrian fighters to Azerbaijan through Gaziantep airport.", ROUTE, {"recruiter": "Turkey", "destination": "Azerbaijan", "count_min": 1200}),
    "t third country": ("The 60 Nepalese recruits travelled through Dubai to Moscow before they were sent to Ukraine.", ROUTE, {"count_min": 60}),
    # serving
    "d sent": ("Russia sent 400 Wagner mercenaries to Mali.", SERVES, {"recruiter": "Russia", "destination": "Mali", "count_min": 400}),
    "d North Koreans": ("North Korea sent 10,000 soldiers to fight for Russia in Ukraine.", SERVES, {"recruiter": "North Korea", "count_min": 10000}),
    "d Pakistanis": ("Iran sent hundreds of Pakistanis to fight in Syria.", SERVES, {"recruiter": "Iran", "recruits": "Pakistanis", "destination": "Syria"}),
    "d Afghans": ("Iran has sent about 3,000 Afghans to fight in Syria.", SERVES, {"recruiter": "Iran", "recruits": "Afghans", "destination": "Syria"}),
    "d UAE": ("The UAE deployed 450 Colombian mercenaries to Yemen.", SERVES, {"recruiter": "UAE", "recruits": "Colombians", "destination": "Yemen", "count_min": 450}),
    "d dispatched": ("Turkey dispatched 2,000 Syrian fighters to Azerbaijan.", SERVES, {"recruiter": "Turkey", "recruits": "Syrians", "destination": "Azerbaijan"}),
    "d sent passive": ("About 500 Syrian mercenaries were sent to Nagorno-Karabakh by Turkey.", SERVES, {"recruiter": "Turkey", "count_min": 500}),
    "d Mozambique": ("Wagner deployed 200 mercenaries to Mozambique to fight insurgents.", SERVES, {"recruiter": "Wagner Group", "destination": "Mozambique"}),
    "d CAR": ("Russia sent 170 instructors from Wagner to the Central African Republic.", SERVES, {"destination": "Central African Republic", "count_min": 170}),
    "d Janjaweed": ("The Rapid Support Forces sent 1,000 Sudanese fighters to Libya to fight for Haftar.", SERVES, {"destination": "Libya", "beneficiary": "Haftar/LNA", "count_min": 1000}),
    "d Turkish": ("Ankara sent 3,800 Syrian fighters to Libya, the Pentagon said.", SERVES, {"recruiter": "Turkey", "count_min": 3800}),
    "d month": ("Turkey sent 2,000 Syrian fighters to Libya in January 2020.", SERVES, {"date_from": "2020-01"}),
    # how many there are
    "h there are": ("There are about 2,000 Wagner mercenaries in Libya, the American command said.", STOCK, {"destination": "Libya", "count_min": 2000}),
    "h strength": ("A United Nations report says that up to 1,200 Wagner fighters are in Libya.", STOCK, {"count_min": None, "count_max": 1200}),
    "h Mali": ("Some 1,000 Wagner mercenaries are now in Mali, a Western diplomat said.", STOCK, {"destination": "Mali", "count_min": 1000}),
    "h total": ("The number of Syrian mercenaries in Libya has reached 17,000, the Syrian Observatory for Human Rights said.", STOCK, {"destination": "Libya", "count_min": 17000}),
    "h Sudanese": ("At least 3,000 Sudanese mercenaries are present in Libya, a UN panel of experts found.", STOCK, {"count_min": 3000, "count_max": None}),
    "h Russians": ("Hundreds of Russian mercenaries are in the Central African Republic.", STOCK, {"count_min": 200, "count_max": 999}),
    # pay
    "p month": ("The Syrian mercenaries in Libya are paid $2,000 a month by Turkey.", "pay", {"pay_min": 2000, "pay_max": 2000, "currency": "USD", "period": "month", "pay_kind": "salary"}),
    "p range": ("Syrian recruits were offered between $1,000 and $2,000 a month to fight in Libya.", "pay", {"pay_min": 1000, "pay_max": 2000, "period": "month"}),
    "p up to": ("Russia promised Syrian mercenaries up to $3,000 a month to fight in Ukraine.", "pay", {"pay_min": None, "pay_max": 3000}),
    "p more than": ("Colombian mercenaries in Sudan earn more than $2,600 a month.", "pay", {"pay_min": 2600, "pay_max": None}),
    "p roubles": ("Nepalese recruits were promised a salary of 195,000 roubles a month to fight in Ukraine.", "pay", {"pay_min": 195000, "currency": "RUB"}),
    "p lira": ("Syrian fighters are paid 10,000 Turkish lira a month to fight in Azerbaijan.", "pay", {"currency": "TRY", "pay_min": 10000}),
    "p dinars": ("Chadian mercenaries are paid 3,000 Libyan dinars a month to fight for Haftar.", "pay", {"currency": "LYD", "pay_min": 3000}),
    "p euros": ("Romanian mercenaries in Congo were paid 5,000 euros a month.", "pay", {"currency": "EUR", "pay_min": 5000}),
    "p bonus": ("Recruits who sign up to fight in Ukraine receive a bonus of $2,000, a Cuban recruit said.", "pay", {"pay_kind": "bonus", "period": "other", "pay_min": 2000}),
    "p compensation": ("The families of Syrian mercenaries killed in Libya get compensation of $10,000.", "pay", {"pay_kind": "compensation", "pay_min": 10000}),
    "p fee": ("Each Indian recruit paid the broker a fee of $3,500 to be taken to Russia to fight in Ukraine.", "pay", {"pay_kind": "fee", "pay_min": 3500}),
    "p advance": ("Syrian fighters got an advance of $500 before they were sent to Libya.", "pay", {"pay_kind": "advance", "pay_min": 500}),
    "p daily": ("Wagner paid the Syrian guards in Libya $50 a day.", "pay", {"period": "day", "pay_min": 50}),
    "p contract": ("Syrian mercenaries are paid $1,500 a month on six-month contracts in Azerbaijan.", "pay", {"contract_months": 6, "pay_min": 1500}),
    # terms, training, motives
    "c months": ("The Syrian fighters signed six-month contracts with Wagner to fight in Libya.", "contract", {"contract_months": 6}),
    "c year": ("Nepalese recruits signed one-year contracts with the Russian army to fight in Ukraine.", "contract", {"contract_months": 12}),
    "n trained": ("The Syrian recruits are trained at a base in Homs before they are sent to Libya.", "training", {"recruits": "Syrians", "destination": "Libya"}),
    "n training": ("Some 400 Syrian mercenaries underwent training at a camp in Gaziantep before they left for Libya.", "training", {"count_min": 400}),
    "m poverty": ("Poverty drives young Syrians to volunteer as mercenaries in Libya, a recruit said.", "motive", {"recruits": "Syrians", "destination": "Libya"}),
    "m citizenship": ("Russia offers citizenship to foreign mercenaries who fight in Ukraine.", "motive", {"recruiter": "Russia", "destination": "Ukraine"}),
    # force and deceit
    "x deceived": ("Brokers deceived Indian men with promises of guard jobs and sent them to fight in Ukraine.", "coercion", {"destination": "Ukraine"}),
    "x forced": ("Yemeni recruits were forced at gunpoint to sign contracts with the Russian army to fight in Ukraine.", "coercion", {"destination": "Ukraine"}),
    "x passports": ("The recruiters confiscated the passports of the Nepalese recruits and sent them to fight in Ukraine.", "coercion", {}),
    # losses and returns
    "k killed": ("At least 30 Syrian mercenaries were killed in fighting near Tripoli, Libya.", "casualty", {"recruits": "Syrians", "destination": "Libya", "count_min": 30}),
    "k Colombians": ("Some 40 Colombian mercenaries were killed in Sudan when an aircraft was bombed.", "casualty", {"recruits": "Colombians", "destination": "Sudan", "count_min": 40}),
    "k captured": ("The Libyan National Army captured eight Syrian mercenaries who fought for the GNA near Tripoli.", "casualty", {"recruits": "Syrians", "count_min": 8}),
    "k Wagner": ("Tuareg rebels killed 80 Wagner mercenaries in Mali in July 2024.", "casualty", {"destination": "Mali", "count_min": 80}),
    "k wounded": ("About 20 Syrian mercenaries were wounded in Azerbaijan, the Syrian Observatory said.", "casualty", {"destination": "Azerbaijan", "count_min": 20}),
    "k Nepalis": ("Twelve Nepalis who fought for Russia have been killed in Ukraine.", "casualty", {"recruits": "Nepalis", "destination": "Ukraine", "count_min": 12}),
    "w returned": ("Some 500 Syrian mercenaries returned to Syria from Libya.", "withdrawal", {"recruits": "Syrians", "destination": "Libya", "count_min": 500}),
    "w withdrew": ("Turkey withdrew 300 Syrian mercenaries from Libya.", "withdrawal", {"recruiter": "Turkey", "destination": "Libya", "count_min": 300}),
    "w pulled out": ("Wagner pulled 200 mercenaries out of Mozambique.", "withdrawal", {"destination": "Mozambique", "count_min": 200}),
    # who stands behind it, who is blamed, who denies
    "s finances": ("The UAE finances the Sudanese mercenaries who fight for Haftar in Libya.", "sponsorship", {"recruiter": "UAE", "destination": "Libya"}),
    "s supervises": ("The Russian army supervises the recruitment of Syrians for Libya by Wagner, two opposition sources said.", "sponsorship", {"recruits": "Syrians", "destination": "Libya"}),
    "a accused": ("Armenia accused Turkey of sending Syrian mercenaries to fight in Nagorno-Karabakh.", "accusation", {"recruiter": "Turkey", "recruits": "Syrians"}),
    "a accused UAE": ("Sudan's government accused the UAE of sending Colombian mercenaries to fight for the RSF in Darfur.", "accusation", {"recruiter": "UAE", "recruits": "Colombians"}),
    "a accused Chad": ("The Sudanese army accused Chad of sending mercenaries to fight for the RSF.", "accusation", {"recruiter": "Chad"}),
    "y denied": ("Azerbaijan denied that Syrian mercenaries were fighting in Nagorno-Karabakh.", "denial", {"recruiter": "Azerbaijan", "recruits": "Syrians"}),
    "y denied sending": ("Turkey denied sending Syrian mercenaries to Azerbaijan.", "denial", {"recruiter": "Turkey", "recruits": "Syrians", "destination": "Azerbaijan"}),
    "y rejected": ("The UAE rejected claims that it sent Colombian mercenaries to Sudan.", "denial", {"recruiter": "UAE", "destination": "Sudan"}),
    "y Mali": ("Mali's junta denied that Wagner mercenaries were in the country.", "denial", {}),
    "y Russia": ("Russia denied recruiting Cubans to fight in Ukraine.", "denial", {"recruiter": "Russia", "recruits": "Cubans"}),
    "y Chad": ("Chad denied that it was sending mercenaries to fight in Sudan.", "denial", {"recruiter": "Chad", "destination": "Sudan"}),
}  # fmt: skip
FAILING = {
    "d Pakistanis": "read as a headcount",
    "d UAE": "a lone sentence reads as quiet",
    "w withdrew": "a lone sentence reads as quiet",
    "w pulled out": "a lone sentence reads as quiet",
    "s supervises": "few sponsors to learn from",
    "t flown": "a route through the sender's town makes its people recruits",
    "t Bosaso": "so does a town on the way",
    "t bused": "the town that recruits come from is read as staging",
    "d sent": "no people are named: an army's own men for all the reader knows",
    "d North Koreans": "a state's own soldiers",
    "d Afghans": "a lone sentence reads as quiet",
    "m poverty": "few motives to learn from",
    "m citizenship": "few motives to learn from",
}


def cases(table):
    for name, case in table.items():
        marks = [pytest.mark.xfail(strict=True, reason=FAILING[name])] if name in FAILING else []
        yield pytest.param(*case, id=name, marks=marks)


def holds(row, slots):
    found = {slot: None if pd.isna(row[slot]) else row[slot] for slot in slots}
    return found == slots


@pytest.mark.parametrize(("text", "kind", "slots"), list(cases(CLAIMS)))
def test_a_sentence_claims(text, kind, slots, nlp, book):
    found = read(nlp, book, text)
    rows = [row for _, row in found.iterrows() if row["type"] == kind]
    assert any(holds(row, slots) for row in rows), found[["type", *slots]].to_dict("records")


STORY = "Wagner recruited 300 Syrians in Daraa to fight for Haftar in Libya. "
CARRIED = {
    "pay": ("They are paid $1,000 a month.", "pay", {"recruits": "Syrians", "destination": "Libya"}),
    "flown": ("The fighters were flown out from Hmeimim on Sunday.", ROUTE, {"destination": "Libya", "recruits": "Syrians"}),
    "killed": ("At least ten of them were killed, local sources said.", "casualty", {"destination": "Libya"}),
    "training": ("The recruits were trained at a camp in Homs.", "training", {"recruits": "Syrians", "destination": "Libya"}),
    "returned": ("Some 40 of the men returned home in June.", "withdrawal", {"count_min": 40}),
    "contract": ("They signed three-month contracts with the company.", "contract", {"contract_months": 3}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "slots"), list(cases(CARRIED)))
def test_a_sentence_takes_what_it_leaves_open_from_the_one_before(text, kind, slots, nlp, book):
    found = read(nlp, book, STORY + text)
    rows = [row for _, row in found.iterrows() if row["type"] == kind]
    assert any(holds(row, slots) for row in rows), found[["type", *slots]].to_dict("records")


QUIET = {
    # national armies and their own people
    "q recruits of an army": "The army has met its yearly goal of 80,000 recruits, the defence ministry said.",
    "q bonus of an army": "The army offers recruits a signing bonus of $20,000, its recruiting command said.",
    "q conscripts": "Parliament voted to raise the age of conscripts to 30 from next year.",
    "q pay rise": "Soldiers' pay will rise by 12 per cent in April, the finance minister said.",
    "q reservists": "Some 3,000 reservists were called up for exercises in the north of the country.",
    "q cadets": "The academy graduated 400 cadets at a ceremony attended by the president.",
    "q police": "The police hired 1,200 new officers this year to patrol the capital.",
    "q navy": "The navy took delivery of two patrol boats built at a yard in France.",
    "q parade": "About 5,000 soldiers marched in a parade to mark independence day.",
    "q peacekeepers": "Rwandan peacekeepers handed out medicines at a clinic in the town.",
    # militias at home
    "q home militia": "The militia has been taking on young men of the district to guard their villages.",
    "q vigilantes": "Villagers formed a vigilante group and bought radios after a cattle raid.",
    "q disarmament": "Some 600 former rebels handed in their rifles under the peace accord.",
    # wars without foreigners for hire
    "q strike": "A drone strike killed three people at a market in the east of the city.",
    "q shelling": "Artillery fire hit two villages near the front on Monday, wounding a farmer.",
    "q siege": "The army besieged the town for six months before the rebels withdrew.",
    "q ceasefire": "The two sides agreed on a ceasefire that takes effect at midnight.",
    "q ceasefire clause": "The accord says that all foreign fighters are to leave within three months.",
    "q prisoners": "The two governments exchanged 90 prisoners of war under a deal brokered in Abu Dhabi.",
    "q front": "Government troops advanced on two villages along the river, a spokesman said.",
    "q toll": "At least 38 people were killed in the bombing, the health ministry said.",
    "q displaced": "More than two million people have fled their homes since the fighting began.",
    "q sanctions": "The European Union imposed sanctions on three banks and two airlines.",
    "q arms": "Two shiploads of ammunition arrived at the port, a customs officer said.",
    "q oil": "Oil exports fell to 800,000 barrels a day after the terminal was closed.",
    "q summit": "The two presidents discussed trade and energy at a summit in Sochi.",
    "q aid": "The charity delivered 40 tonnes of flour to the camp.",
    "q court": "A court sentenced the former minister to six years in prison for corruption.",
    "q election": "Turnout reached 61 per cent in the second round of the election.",
    "q refugees": "About 2,000 Syrian refugees crossed the border in March, the UN refugee agency said.",
    # labour and business
    "q harvest": "Some 900 Moroccan workers were hired for the strawberry harvest in Spain.",
    "q nurses": "The hospital recruited 60 nurses from the Philippines on two-year contracts.",
    "q builders": "The contractor flew 300 Bangladeshi builders to the stadium site.",
    "q teachers": "The ministry is hiring 4,000 teachers, who will earn $900 a month.",
    "q remittances": "Nepalese workers in the Gulf sent home $7 billion last year.",
    "q seasonal": "Fruit pickers are paid 12 pounds an hour at farms in Kent.",
    "q tech": "The company hired 200 engineers and offers bonuses of up to $10,000.",
    "q strike of workers": "Dock workers walked out after the company withheld their wages.",
    "q airline": "The airline recruited 150 pilots and opened a training centre.",
    "q visa": "The consulate received 16,000 visa applications in the first week.",
    "q crew": "The tanker's 23 crew members were flown home after the ship was released.",
    # sport, arts, insults
    "q football": "The club signed a Colombian striker on a three-year contract.",
    "q mercenary striker": "Fans called the striker a mercenary after he left for 40 million euros.",
    "q rugby": "The coach called up two uncapped players for the match against Fiji.",
    "q chess": "The team of six young players flew to Baku for the chess olympiad.",
    "q opera": "The festival opens with Wagner and a chorus of 120 singers.",
    "q opera tenor": "The tenor sang Wagner in Bayreuth for the first time last summer.",
    "q film": "The film tells of a lonely soldier who comes home from the war.",
    "q game": "In the game, players hire mercenaries to defend a castle.",
    "q insult": "The senator called his rivals mercenaries of the tobacco lobby.",
    "q history": "Swiss soldiers served French kings for three centuries, a guide explains.",
    "q charity run": "Some 700 volunteers signed up for the city's charity run.",
    "q firefighters": "Volunteers from three countries helped to fight the forest fires in Greece.",
    # everyday
    "q weather": "Heavy rain made the road to the coast impassable on Friday.",
    "q prices": "Bread prices doubled in a year, traders at the market said.",
    "q school": "The school reopened with 200 pupils after repairs to its roof.",
    "q health": "Doctors reported 40 new cases of cholera in the camp.",
    "q train": "A train derailed near the town, injuring 12 passengers.",
    "q vaccine": "The country received 300,000 doses of the vaccine by air.",
    "q museum": "The museum bought two paintings for $3 million.",
    "q nothing": "Subscribe to our newsletter. Read also: five things to know today.",
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            text,
            id=name,
            marks=[pytest.mark.xfail(strict=True, reason=FAILING[name])] if name in FAILING else [],
        )
        for name, text in QUIET.items()
    ],
)
def test_a_sentence_claims_nothing(text, nlp, book):
    found = read(nlp, book, text)
    assert found.empty, found[["type", "rule"]].to_dict("records")


def test_every_span_of_every_sentence_resolves(nlp, book):
    for text, *_ in CLAIMS.values():
        for _, row in read(nlp, book, text).iterrows():
            for slot in tables.SLOT_SPANS:
                start, end = row[f"{slot}_start"], row[f"{slot}_end"]
                assert pd.isna(start) == pd.isna(end)
                assert pd.isna(start) or text[start:end].strip() == text[start:end] != ""
