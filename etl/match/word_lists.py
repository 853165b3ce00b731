"""Words of company names: abbreviations, and words that are common everywhere.

The frequency of a word is estimated from the companies at hand; in a list of thirty clients every word is rare.
`COMMON_WORDS` adds common knowledge: that `Group` and `Dental` distinguish nobody.
"""

from __future__ import annotations

import re
from typing import Final

from etl.match.legal_forms import LEGAL_FORMS

_SHORT: Final = {
    "academy": "acad", "accounting": "acctg", "administration": "admin", "advertising": "advtg", "agency": "agcy",
    "agriculture": "agri", "american": "amer", "architects": "archts", "architecture": "arch",
    "associates": "assoc assocs asscs", "association": "assn asn assoctn", "attorneys": "attys",
    "automotive": "automtv", "avenue": "ave", "brothers": "bros", "building": "bldg", "buildings": "bldgs",
    "builders": "bldrs", "business": "bus", "center": "centre ctr cntr", "centers": "centres ctrs",
    "chemical": "chem", "chiropractic": "chiro", "commercial": "coml", "commission": "commn",
    "communications": "comm comms communctns", "community": "cmnty", "computer": "comptr",
    "construction": "constr const constn", "consultants": "conslt", "consulting": "conslt consltg",
    "contracting": "contrg", "contractors": "contrs", "county": "cnty", "credit": "cr", "department": "dept",
    "development": "dev devel devt", "distribution": "distr dist", "distributors": "distrs", "district": "dist",
    "division": "div", "east": "e", "education": "educ edu", "electric": "elec", "electrical": "elect",
    "electronics": "electr", "engineering": "eng engg engrg engr", "engineers": "engrs",
    "enterprises": "ent entps enterp", "entertainment": "entmt", "environmental": "environ envir",
    "equipment": "equip eqpt", "estate": "est", "exploration": "expl", "federal": "fed", "financial": "finl fin",
    "foundation": "fdn fndn", "general": "genl gen", "government": "govt", "group": "grp", "health": "hlth",
    "healthcare": "hlthcare", "heating": "htg", "holding": "hldg", "holdings": "hldgs", "hospital": "hosp",
    "industrial": "indl", "industries": "inds indus", "industry": "ind", "information": "info", "institute": "inst",
    "insurance": "ins insur", "international": "intl int internatl", "investment": "invt",
    "investments": "invts invs", "laboratories": "labs", "laboratory": "lab", "logistics": "logist",
    "machinery": "mach", "management": "mgmt mgt mngmt", "manufacturers": "mfrs", "manufacturing": "mfg manuf",
    "marketing": "mktg mkt", "markets": "mkts", "material": "matl", "materials": "matls", "mechanical": "mech",
    "medical": "med", "medicine": "medcn", "memorial": "meml", "mortgage": "mtg", "mount": "mt", "mountain": "mtn",
    "municipal": "mun", "national": "natl nat", "north": "n", "northeast": "ne", "northwest": "nw", "office": "off",
    "orthopedic": "ortho orthopaedic", "orthopedics": "orthopaedics", "partners": "ptnrs prtnrs",
    "partnership": "ptnrshp", "pharmaceutical": "pharm", "pharmaceuticals": "pharmas pharms", "physicians": "phys",
    "plumbing": "plbg", "power": "pwr", "products": "prods prod", "production": "prodn", "productions": "prodns",
    "professional": "prof profl", "professionals": "profs", "properties": "props", "property": "prop",
    "public": "pub", "realty": "rlty", "regional": "regl", "rehabilitation": "rehab", "restaurant": "rest",
    "research": "rsch", "resources": "res rsrcs", "saint": "st", "savings": "svgs", "school": "sch",
    "schools": "schs", "sciences": "scis", "security": "sec", "service": "svc serv", "services": "svcs svs servs",
    "society": "soc", "solutions": "soln solns sols", "south": "s", "southeast": "se", "southwest": "sw",
    "specialists": "splsts", "street": "str", "supply": "suppl", "surgery": "surg", "system": "sys",
    "systems": "syst systs", "technical": "techl", "technologies": "techs technol", "technology": "tech",
    "telephone": "tel", "therapeutics": "ther", "township": "twp", "transport": "trans transp",
    "transportation": "transportn", "united": "utd", "university": "univ", "utilities": "utils", "veterinary": "vet",
    "west": "w", "wholesale": "whsle", "workshop": "wkshp", "color": "colour", "colors": "colours", "labor": "labour",
    "harbor": "harbour", "program": "programme", "organization": "organisation", "jewelry": "jewellery",
    "theater": "theatre", "fiber": "fibre", "aluminum": "aluminium", "tire": "tyre", "tires": "tyres",
}  # fmt: skip

# short for more than one word, or words themselves
_AMBIGUOUS: Final = frozenset(
    re.findall(
        "[a-z]+",
        "st int res med sec rest off ind pub ins dist div trans comm expl bus fin gen nat elect prof prop prod arch "
        "assoc assocs mkt mkts hosp univ commn cr mt surg suppl indus transp tech techs elec engr eng engg est tel str "
        "agri sch schs dev mtg cmnty equip enterp environ soc admin manuf acad chem educ edu amer acctg bus "
        "conslt mar ther pharm inst ent serv const mach info se ne nw sw phys soc rehab lab labs vet ortho",
    )
)

SHORT_FORMS: Final[dict[str, str]] = {
    short: long for long, shorts in _SHORT.items() for short in shorts.split() if len(short) > 1
}
"""Short or other spelling -> the word that it probably is."""

ABBREVIATIONS: Final[dict[str, str]] = {short: long for short, long in SHORT_FORMS.items() if short not in _AMBIGUOUS}
"""Short or other spelling -> the word that it can only be: two names that differ in nothing else are equal."""

_CREDIT_UNION: Final = {
    "fcu": "federal credit union", "f c u": "federal credit union", "fed cu": "federal credit union",
    "cred union": "credit union", "cr union": "credit union",
}  # fmt: skip
# S&L Plumbing is no bank, and 1st Ward differs from 2nd Ward in a number
PHRASES: Final[dict[str, str]] = {
    "^1st ": "^first ",
    " s and l ": " savings and loan ",
    **{f" {bank} and tr ": " bank and trust " for bank in ("bank", "bk")},
    **{f" {short} ": f" {long} " for short, long in _CREDIT_UNION.items()},
}
"""What several words can only be short for; `^` stands before a name and a blank behind it."""

_PROBABLY: Final = {
    "bk": "bank", "st bk": "state bank", "st bank": "state bank", "nat bk": "national bank",
    "nat bank": "national bank", "tr co": "trust co", "tr company": "trust company", "cu": "credit union",
    "c u": "credit union", "cr un": "credit union", "isd": "independent school district",
    "usd": "unified school district", "hoa": "homeowners association", "umc": "united methodist church",
    "vfd": "volunteer fire department",
}  # fmt: skip
STATES: Final = {
    "al": "alabama", "ak": "alaska", "az": "arizona", "ar": "arkansas", "ca": "california", "co": "colorado",
    "ct": "connecticut", "de": "delaware", "fl": "florida", "ga": "georgia", "hi": "hawaii", "id": "idaho",
    "il": "illinois", "in": "indiana", "ia": "iowa", "ks": "kansas", "ky": "kentucky", "la": "louisiana",
    "me": "maine", "md": "maryland", "ma": "massachusetts", "mi": "michigan", "mn": "minnesota", "ms": "mississippi",
    "mo": "missouri", "mt": "montana", "ne": "nebraska", "nv": "nevada", "nh": "new hampshire", "nj": "new jersey",
    "nm": "new mexico", "ny": "new york", "nc": "north carolina", "nd": "north dakota", "oh": "ohio", "ok": "oklahoma",
    "or": "oregon", "pa": "pennsylvania", "ri": "rhode island", "sc": "south carolina", "sd": "south dakota",
    "tn": "tennessee", "tx": "texas", "ut": "utah", "vt": "vermont", "va": "virginia", "wa": "washington",
    "wv": "west virginia", "wi": "wisconsin", "wy": "wyoming", "dc": "district of columbia",
}  # fmt: skip
"""Code of a state of the United States -> its name."""

GUESSES: Final[dict[str, str]] = {
    **{f" {short} ": f" {long} " for short, long in _PROBABLY.items()},
    **{f" of {short} $": f" of {long} $" for short, long in STATES.items()},
}
"""What several words are probably short for; `$` stands behind the blank that follows a name.

`St Bank` may be a bank in a street, and `of LA` of Los Angeles: such names are compared, and never count as equal.
"""

LINKS: Final = ("and", "of", "the", "for")
"""Words between words: `Oil & Gas` is `Oil Gas`."""

FILLERS: Final = (*LINKS, "de", "la", "le", "les", "du", "des", "und", "et", "y", "en", "van", "der")
"""Words without any information."""

_COMMON: Final = {
    4.0: (
        "group holding service international company solution technology system management financial capital "
        "consulting construction health medical property enterprise resource industry"
    ),
    5.0: (
        "associate partner investment center care energy insurance dental bank american first national design "
        "supply engineering global trust marketing development home auto equipment law pharmaceutical therapeutic "
        "product security real estate realty contractor bancorp fund logistic transport media network software "
        "communication"
    ),
    6.0: (
        "united general new north south east west city food restaurant church school college academy university "
        "clinic hospital family pharmacy veterinary plumbing heating electric electrical mechanical roofing "
        "landscaping cleaning builder building contracting manufacturing machine tool metal steel mining mineral "
        "gold oil gas power water environmental studio salon fitness travel hotel inn motel motor car truck repair "
        "rental storage print printing sign advertising accounting tax legal attorney office architect wealth "
        "credit union federal mortgage lending loan state county community public foundation society association "
        "institute center commercial residential industrial digital data cloud web online store shop market trading "
        "import export distribution wholesale retail fashion beauty spa hair flower farm agricultural garden pet "
        "animal bio biotech science laboratory research diagnostic wellness nutrition physical therapy chiropractic "
        "orthopedic eye vision surgery pediatric dr corporate business professional premier advanced quality best "
        "pro plus royal star sun blue green red black white silver golden big great royal pacific atlantic western "
        "eastern northern southern central mountain valley lake river hill park beach bay coast island country town "
        "street avenue main old"
    ),
    7.0: (
        "smith johnson williams brown jones miller davis wilson anderson taylor thomas moore martin jackson white "
        "harris clark lewis young king wright scott green baker adams nelson campbell mitchell roberts john james "
        "david michael robert william mary saint world universal summit alpha delta omega elite prime apex eagle "
        "lion tiger heritage liberty freedom independent standard classic modern metro urban total complete direct "
        "express rapid son brother sister texas california florida york washington london sydney toronto"
    ),
}

# a legal form that stands elsewhere than at the end
_COMMON[3.0] = " ".join(form for form in LEGAL_FORMS if " " not in form)

COMMON_WORDS: Final[dict[str, float]] = {
    word: bits for bits, words in sorted(_COMMON.items(), reverse=True) for word in words.split()
}
"""Word in its stem -> its information in bits, at most."""

OTHER_WORD_BITS: Final = 13.0
"""The bits expected of any other word before the companies at hand are counted."""
