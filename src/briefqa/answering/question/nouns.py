"""What nouns, adjectives and units say about an answer: word sets, and no rules.

A noun that is asked for names its kind ("what time", "the price of"); a class of persons, bodies or
places names what a "which" expects; a unit or an adjective names the dimension of a quantity.
"""

from __future__ import annotations

from collections.abc import Mapping

from briefqa.records import QuestionKind as Kind
from briefqa.text.words import word_set


def _table(**words: str) -> Mapping[str, str]:
    """Each word or pair of words (written with an underscore) with the name it stands under."""
    return {word.replace("_", " "): name for name, row in words.items() for word in row.split()}


TIMES = word_set(
    "time date day year month hour week deadline century decade birthday anniversary weekday era "
    "evening morning season hours expiry moment"
)
PLACES = word_set(
    "place city town village country region province state hospital street address location venue "
    "capital port river airport island continent district county room building station school "
    "university camp harbour harbor mountain lake planet area site spot headquarters birthplace "
    "destination whereabouts parish square park hotel restaurant museum church mosque sea ocean "
    "desert road floor house stadium bridge tower hall clinic base valley suburb square theatre "
    "theater shop pub prison factory farm castle neighbourhood neighborhood territory homeland "
    "hometown coast beach border garage warehouse shelter shelf cupboard corner "
    "platform gate terminal canal dam field forest volcano peninsula quarter settlement embassy "
    "courtroom cemetery ward laboratory crater peak nation municipality canton colony drawer box "
    "pocket bag cell locker safe yard shipyard crossing checkpoint quay pier dock stop depot plant "
    "pitch junction"
)
# Those that are asked for like "where" as "What is the ...?" or "... of"; others are classes.
LOCATIONS = word_set(
    "place address location venue capital port headquarters birthplace destination whereabouts "
    "site position hometown city town village country region seat source_of"
)
PERSONS = word_set(
    "person man woman general officer minister president author doctor witness captain chair "
    "mayor treasurer secretary director head leader commander company firm king queen lawyer "
    "judge member owner ceo inventor founder player coach party newspaper paper committee team "
    "country's agency ministry council organisation organization airline bank body group "
    "government union court department club institute institution charity authority brand's band "
    "army regiment unit faction militia tribe family board parliament commission contractor "
    "supplier manufacturer broadcaster publisher politician scientist actor actress artist singer "
    "composer poet pope emperor prince princess saint philosopher athlete employee patient tenant "
    "landlord nurse boy girl child student pupil people winner candidate chairman chairwoman "
    "chairperson spokesman spokeswoman spokesperson pilot professor boss manager architect "
    "engineer plumber driver teacher surgeon expert delegate delegation ambassador governor "
    "senator councillor sponsor editor reporter journalist columnist magazine guest neighbour "
    "customer client speaker crew examiner auditor clerk sheriff detective victim suspect killer "
    "thief culprit murderer attacker guarantor heir husband wife father mother son daughter "
    "brother sister successor predecessor partner friend opponent designer builder painter writer "
    "director's bishop priest rabbi imam operator provider producer developer party's insurer "
    "employer lender vendor seller buyer tribunal police corporation consortium association "
    "federation league alliance coalition orchestra startup retailer caretaker warden steward "
    "host doctor's chief vice-chair deputy goalkeeper goalscorer referee organiser organizer hero "
    "villain protagonist narrator"
)
NOT_PERSONS = word_set(  # that end like persons
    "number river letter paper computer order factor motor sector layer chapter power water tower "
    "colour color flavour error door floor matter weather paper corner offer answer laser radar "
    "printer server sensor reactor tractor helicopter chamber member's filter meter carrier "
    "border order finger danger folder header banner anger summer winter quarter october november "
    "december september corridor mirror indicator generator elevator conveyor detector virus "
    "character ladder monitor processor vector doctor's cover shelter fever cancer disorder "
    "newsletter flower diameter parameter poster register user's charger container drawer freezer "
    "cooker boiler charter barrier tanker cruiser bomber fighter's launcher counter dollar river "
    "water butter pepper timber lumber rubber copper silver paper's centre center theatre manner "
    "prayer lever buffer tiger rumor humour harbour harbor armor favor favour vapour labour labor "
    "behaviour odor odour trailer"
)
NUMBERS = word_set(
    "number count population attendance toll headcount tally"  # of deaths, of people
)
REASONS = word_set(
    "reason cause purpose motive motivation rationale justification explanation aim goal intention "
    "objective point grounds trigger"
)
MANNERS = word_set(
    "way manner means method procedure process mechanism technique trick recipe route approach"
)
ATTRIBUTES = word_set(  # of which "X of" asks for a thing
    "title colour color subject result outcome status version brand phone email e-mail password "
    "code name nickname verdict decision score model type nationality religion profession job "
    "occupation diagnosis sentence punishment wording motto slogan theme language currency symbol "
    "formula name rank role position role"
)
# The dimension that a noun asks for.
QUANTITIES = _table(
    money="price cost costs fee fine rent salary wage wages pay budget fare charge deposit premium "
    "turnover revenue profit income bill debt penalty compensation subsidy worth value fees loss "
    "earnings expenditure spending loan tax tariff toll_fee sum damages bonus pension net_worth "
    "grant funding contribution_rate purchase_price market_value surcharge",
    age="age age_limit minimum_age average_age",
    length="length",
    duration="duration period notice_period warranty_period term life_expectancy lifespan "
    "half-life length_of_stay running_time waiting_time travel_time time_limit delay lead_time "
    "opening_time_span cooking_time journey_time response_time",
    distance="distance range mileage radius",
    height="height altitude elevation",
    depth="depth",
    width="width breadth diameter",
    weight="weight mass weight_limit payload load load_limit",
    size="size area capacity surface volume dimensions floor_space acreage",
    speed="speed velocity pace speed_limit top_speed",
    temperature="temperature melting_point boiling_point freezing_point",
    share="percentage percent proportion share fraction turnout interest_rate unemployment_rate "
    "rate inflation discount ratio majority success_rate tax_rate mortality vat probability "
    "likelihood odds",
    frequency="frequency",
    amount="amount quantity dose dosage limit consumption output yield rainfall supply",
    strength="strength intensity pressure magnitude voltage force horsepower wattage wind_speed",
    degree="extent degree level severity accuracy",
)
UNITS = _table(
    length="kilometre kilometres kilometer kilometers km miles mile metre metres meter meters m cm "
    "centimetres centimeters millimetres mm inches inch feet foot yards",
    duration="second seconds minute minutes hour hours day days week weeks month months year years "
    "decades centuries nights",
    weight="kilo kilos kg kilogram kilograms gram grams tonnes tons tonne ton ounces stone mg "
    "milligrams",
    money="euro euros dollar dollars pound pounds cents francs rubles roubles yen pence",
    temperature="degrees",
    share="percent per_cent",
    amount="litre litres liter liters gallons pints barrels cups ml spoons tablespoons teaspoons",
    size="hectares acres square_metres square_meters square_kilometres square_miles bytes "
    "gigabytes megabytes",
    strength="watts kilowatts megawatts volts amps gigawatts decibels",
)
ADJECTIVES = _table(
    age="old young aged",
    duration="long",
    distance="far close near distant",
    frequency="often frequently regularly frequent",
    size="big large small spacious huge tiny little",
    height="high tall",
    depth="deep",
    width="wide broad thick thin",
    weight="heavy light",
    speed="fast quickly quick slow slowly rapidly rapid",
    temperature="hot cold warm cool",
    strength="strong powerful loud",
    money="expensive costly cheap dear rich",
    degree="serious severe bad badly good well accurate dangerous safe difficult hard easy "
    "reliable sure certain likely effective efficient successful important popular common rare "
    "bright dark toxic contagious infectious satisfied happy steep widely seriously clean dirty "
    "busy full sensitive similar true useful healthy poor critical stable tight strict strictly "
    "closely "
    "thoroughly complete detailed complex sharp soft wet dry short acid salty sweet tired",
)
COMPARED = _table(  # "how much older"
    age="older younger",
    duration="longer",
    distance="farther further closer nearer",
    height="higher taller",
    size="bigger larger smaller",
    depth="deeper",
    weight="heavier lighter",
    speed="faster slower",
    temperature="hotter colder warmer",
    money="cheaper dearer",
)
LONG_THINGS = word_set(  # "how long is the ...?" asks of these for a length
    "bridge pipeline road river tunnel rope fence wall cable queue coast border runway snake "
    "whale table pool beam ship boat train ladder canal street wire line track trench route path "
    "pipe hose beach crack trail lake island hair tail room garden coastline railway corridor "
    "wing stick pitch field boa crocodile aircraft plane car bus marathon stage hall"
)
MONEY = word_set(
    "cost costs price pay pays paid earn earns earned spend spent worth fee fine rent salary wage "
    "budget fare charge charged owe owes owed raise raised donate donated invest invested money "
    "deposit ticket tickets tax taxes pension fined borrow borrowed lend lent sell sold buy bought "
    "bill refund refunded debt profit profits revenue turnover income funding fund funded grant "
    "loan compensation damages subsidy expenses bid offered awarded reward euros dollars fees"
)
DEGREES = word_set(
    "matter help affect influence depend resemble differ improve hurt rely trust like"
)
IRREGULAR = word_set(
    "people men women children criteria mice feet teeth police cattle staff fish sheep media data "
    "personnel phenomena bacteria viri alumni aircraft crew species"
)
PLURALS = word_set(
    "people men women children criteria mice feet teeth phenomena bacteria alumni data"
)
ONE_THING = word_set(  # end like plurals and are none, or mean one thing
    "news series physics mathematics politics economics headquarters means grounds words "
    "hours species thermos canvas atlas lens wages costs damages earnings minutes diabetes "
    "measles mumps rabies always odds savings thanks remains whereabouts surroundings does "
    "chaos terms colours arms contents cosmos proceeds"
)
SETS = word_set(  # plurals of which "X of" or "X for" asks for each
    "reasons causes effects symptoms advantages disadvantages names dates members types kinds "
    "examples duties conditions requirements steps consequences benefits winners authors "
    "ingredients risks features responsibilities owners sponsors participants attendees speakers "
    "signatories countries cities places towns parties victims goals aims objectives criteria "
    "powers rights obligations exceptions exemptions deadlines arguments options methods ways "
    "stages phases parts components characteristics functions properties uses sources prices pros "
    "founders directors ministers leaders players candidates signs results grounds_for tasks "
    "recommendations decisions prerequisites qualifications planets items agenda_items numbers "
    "penalties drawbacks weaknesses strengths measures proposals rules restrictions limitations "
    "instructions precautions penalties fines complaints objections amendments findings lessons "
    "shortcomings defects faults changes motives grounds circumstances cases persons people"
)
DETERMINERS = word_set(
    "the a an this that these those his her its their our your my all every each any some both "
    "exact full official current total overall approximate new correct main"
)
VERBS = word_set(  # that may follow a noun at once, and end its phrase
    "causes makes uses has contains goes gives shows leads provides covers owns runs takes comes "
    "says needs sells belongs applies deals lies stands began broke won lost took made gave went "
    "came saw said told led held got kept left met paid sold sent built wrote found fell rose grew "
    "burst ran flew fought bought brought caught taught thought struck sank shot hit cut put set "
    "let cost become became begin begins start starts started ended contain allow allows allowed "
    "include includes carry carries live lives lived use work works worked used called named want "
    "wants said mean means cause prevent prevents treats treat win wins own produce produces "
    "belong apply apply seen offer offers speak speaks happen happens happened get gets need match "
    "exist exists remain remains occur occurs occurred go goes know knows knew deal cover like "
    "causing written according concerning regarding die dies died grow appears appear sign signed "
    "attend attended vote voted grew drink eat play played plays serve serves served visit given "
    "taken"
)
ADJECTIVE_ENDINGS = ("ous", "ive", "ful", "able", "ible", "al", "ic", "ary", "less", "ish", "ese")
LIKE_ADJECTIVES = word_set(
    "hospital animal metal capital journal festival signal medal mineral coral pedal cereal "
    "crystal music traffic plastic fabric clinic garlic public arctic archive olive locomotive "
    "detective library diary salary secretary bed seed reed weed feed parking fishing building "
    "housing swimming shopping training hearing wedding landing sewing washing meeting drinking "
    "ring king wing string reading racing goal coal terminal trial canal postal table vegetable "
    "cable rail"
)
COUNTED_ADJECTIVES = word_set(
    "more other absent present missing different new old young additional further extra dead "
    "injured wounded such russian "
    "american british german french syrian polish chinese local foreign separate total full "
    "whole big large small distinct public private senior junior female male actual free eligible "
    "registered confirmed reported paid unpaid empty open closed broken live living red white "
    "black green blue great good bad wild main major minor single married unique former existing "
    "current fewer armed adult first last"
)


def kind_of(noun: str) -> Kind | None:
    """The kind of question that asks for a noun (or pair of words), None where it names none."""
    for kind, nouns in _KINDS:
        if noun in nouns:
            return kind
    return None


_KINDS = (
    (Kind.HOW_MUCH, QUANTITIES),
    (Kind.WHEN, TIMES),
    (Kind.WHY, REASONS),
    (Kind.HOW, MANNERS),
)


def is_plural(noun: str) -> bool:
    """Whether a noun stands for several things."""
    if noun in PLURALS:
        return True
    return (
        len(noun) > 3
        and noun.endswith("s")
        and not noun.endswith(("ss", "is", "us"))
        and (noun not in ONE_THING and not noun.endswith("'s"))
    )


def singular(noun: str) -> str:
    """A plural's singular, as spelled by rule; other words as they are."""
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("ches", "shes", "sses", "xes")):
        return noun[:-2]
    return noun[:-1] if is_plural(noun) and noun.endswith("s") else noun


def is_person(noun: str) -> bool:
    """Whether a noun names a class of persons or bodies."""
    noun = singular(noun)
    if noun in PERSONS or noun in ("men", "women", "people", "children"):
        return True
    ending = noun.endswith(("er", "or", "ist", "ian", "man", "woman", "eer", "ee"))
    return len(noun) > 4 and ending and noun not in NOT_PERSONS


def is_place(noun: str) -> bool:
    """Whether a noun names a class of places."""
    return singular(noun) in PLACES
