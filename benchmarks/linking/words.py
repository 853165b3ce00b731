"""The words that invented companies are made of. Nothing of it comes from the project under measurement."""

from __future__ import annotations

from typing import Final

SURNAMES: Final = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin "
    "Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson "
    "Baker Hall Rivera Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Peterson Cooper "
    "Reed Bailey Bell Gomez Kelly Howard Ward Cox Diaz Richardson Wood Watson Brooks Bennett Gray James Reyes Cruz Hughes Price Myers Long Foster Sanders Ross "
    "Morales Powell Sullivan Russell Ortiz Jenkins Gutierrez Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton Graham Kim "
    "Kowalski Nowak Wojcik Schmidt Schneider Weber Hoffmann Becker Keller Vogel Larsen Olsen Hansen Lindqvist Johansson Virtanen Rossi Ferrari Esposito Romano "
    "Patel Singh Sharma Gupta Khan Chowdhury Chen Wang Liu Zhang Tanaka Sato Yamamoto O'Brien O'Connor McCarthy McDonald MacLeod Fitzgerald Núñez Peña Muñoz "
    "Beauchamp Lévesque Tremblay Gagnon Bouchard Côté Dubois Moreau Lefèvre Müller Krüger Sørensen Novák Dvořák Kovács Ionescu Petrov Ivanov Papadopoulos Yilmaz"
).split()
GIVEN: Final = (
    "James Mary Robert Patricia John Jennifer Mike Linda Dave Elizabeth Bill Barbara Rick Susan Joe Jessica Tom Sarah Chuck Karen Chris Lisa Dan Nancy Matt Betty "
    "Tony Sandra Mark Ashley Don Emily Steve Kim Paul Donna Andy Michelle Josh Carol Ken Amanda Kevin Melissa Brian Deb George Steph Tim Rebecca Ron Sharon Jason Cindy"
).split()
NAME_HEADS: Final = (
    "Ash Bar Beck Black Bran Brack Brid Burn Cald Carl Chat Clay Cleve Cold Cran Dal Den Dray Dun East Ed El Far Fen Gar Glen Grand Green Hal Hart Hath Hazel Hol "
    "Horn Hun Kel Kings Lang Lock Lyn Mal Mar Mead Mil Nor Oak Old Pem Pres Quin Rad Rams Red Rock Rush Sel Shel Stan Stock Sut Thorn Tres Under Wake Wal War Wen Whit Win Wood York"
).split()
NAME_TAILS: Final = (
    "berg bert bourne bridge brook burn by combe cote croft dale den er ers field ford gate grove ham hurst ington land ley lin low man mann mere more ner ridge "
    "sen ser shaw son stad stein stone ter ton ville vin wald ward water well wick wood worth"
).split()
TOWN_HEADS: Final = (
    "Maple Cedar Oak Pine Elm Birch Willow Spring Clear Silver Stone Mill Fair Glen Lake River Rock North South West East High Bridge Church Fox Deer Eagle Bear Wolf "
    "Harbor Grand Pleasant Sunny Golden Iron Copper Liberty Union Franklin Madison Monroe Clinton Salem Ashland Dover Milton Marion Auburn Bristol Chester Cotton Prairie"
).split()
TOWN_TAILS: Final = (
    "ton|ville|burg|field|wood|port|dale|ford|mont| Creek| Falls| Springs| Grove| Hills| Valley| Heights| Park| Ridge| Lake| Point"
).split("|")
BRAND_HEADS: Final = (
    "Ac Al Am An Ap Ar As At Av Ax Be Bri Ca Ce Ci Clo Co Cor Cy Da De Di Do Du E El En Ev Ex Fi Flo For Fu Ga Ge Glo Gra Hy I In Io Ju Ka Ki Ko La Le Li Lo Lu Lum "
    "Ma Me Mi Mo Na Ne Neo Ni No Nu O Om On Or Pa Per Pi Pra Pro Qua Ra Re Ri Ro Sa Se Si So Sol Sta Su Syn Ta Te Ter Tra Tri Tru U Va Ve Ver Vi Vo Vy Wa Xe Ya Ze Zy"
).split()
BRAND_HEARTS: Final = (
    "ba be bri ca cen ci co cro da del di dra du fi flu ga gen gi go gra ki la le li lo lu ma men mi mo na ne ni no nu pa per pi pra pu ra re ri ro ru sa sen si so sta "
    "su ta te ti to tra tu va ve vi vo xa xi za ze zo"
).split()
BRAND_ENDS: Final = (
    "cel con cor dex dia dyne fex fin gen gix go ia ic io is ium ix la las lex lia lix lo lon lux ma mark max mere mix na net nex nia nis nix non nova on ora os pex plex ra "
    "ria rian ris ro rus sa sys ta tec tek tel tera tis tix ton tra tria tric tron tus va vance vex via vis vix vo vox xis za zen zo"
).split()
ADJECTIVES: Final = (
    "Blue Red Green Golden Silver Black White Bright Clear Evergreen First Grand Great Happy High Iron Little Lone Modern New Noble Northern Old Pacific Atlantic Premier "
    "Pure Quiet Rapid Royal Rustic Sacred Shining Smart Southern Sunny Superior Swift True Twin United Urban Western Wild Advanced Allied American National Precision Quality Reliable"
).split()
NOUNS: Final = (
    "Anchor Arrow Badger Bay Beacon Bear Bridge Canyon Castle Circle Compass Creek Crown Diamond Dolphin Eagle Elk Falcon Field Forest Fox Gate Harbor Hawk Heron Hill Horizon "
    "Island Junction Key Ladder Lake Lantern Leaf Lion Meadow Mesa Mill Moon Mountain Oak Oasis Orchard Otter Owl Peak Pine Pioneer Pond Prairie Ranch Raven Ridge River Rock "
    "Rose Sail Shield Sky Spring Star Stone Summit Sun Table Tiger Tower Trail Valley Village Wave Willow Wolf Yard"
).split()
TRADES: Final = (
    "Plumbing|Heating & Cooling|Electric|Electrical Contractors|Roofing|Landscaping|Construction|Builders|Custom Homes|Painting|Flooring|Concrete|Excavating|Paving|Fencing|"
    "Dental|Family Dental|Orthodontics|Pediatrics|Family Medicine|Chiropractic|Physical Therapy|Veterinary Clinic|Animal Hospital|Eye Care|Dermatology|Medical Center|Pharmacy|"
    "Home Health Care|Senior Living|Law|Law Firm|Accounting|Tax Service|Financial Services|Wealth Management|Insurance|Insurance Agency|Mortgage|Title Company|Realty|Properties|"
    "Property Management|Development|Architects|Engineering|Surveying|Consulting|Staffing|Marketing|Advertising|Design|Printing|Signs|Photography|Media|Software|Technologies|Systems|"
    "Networks|Security|Logistics|Transportation|Trucking|Freight|Moving & Storage|Auto Repair|Motors|Automotive|Tire Service|Body Shop|Towing|Equipment|Equipment Rental|Machine|"
    "Manufacturing|Fabrication|Metal Works|Steel|Plastics|Packaging|Industries|Supply|Distributors|Wholesale|Foods|Bakery|Catering|Restaurant|Brewing|Coffee Roasters|Farms|Dairy|"
    "Feed & Seed|Hardware|Lumber|Furniture|Jewelers|Apparel|Cleaners|Janitorial Services|Pest Control|Pool Service|Tree Service|Nursery|Salon|Fitness|Golf Club|Academy|Child Care|"
    "Learning Center|Foundation|Museum|Theatre|Funeral Home|Environmental|Energy|Solar|Oil|Aviation|Marine|Laboratories|Biotech|Instruments|Optical|International|Enterprises"
).split("|")
GROUPS: Final = (
    "Group|Services|Solutions|Partners|Associates|Holdings|& Sons|Brothers|of the Valley|Specialists|Center|Company"
).split("|")
PRACTICES: Final = "Law|Law Group|Attorneys|CPAs|Associates|Accounting|Architects|Dental|Insurance|Realty".split("|")
ORDERS: Final = (
    "First Baptist|Grace Lutheran|Saint Mary|Saint John|Trinity|Calvary|Mount Zion|Bethel|Faith|Holy Family".split("|")
)
BODIES: Final = (
    "Church of|Parish of|Christian School of|Community Church of|Food Bank of|Credit Union of|Medical Center of|Academy of|Housing Authority of|Community College of"
).split("|")
STREETS: Final = "Main St|Oak Ave|Park Rd|Industrial Blvd|Commerce Dr|Market St|Highway 9|Church Ln|Mill Rd|Lakeview Dr|2nd St|Elm St|Center St|Airport Way".split(
    "|"
)
LEGAL_FORMS: Final = {
    "US": ("LLC", "Inc.", "Inc", "Corp.", "Co.", "LLP", "PLLC", "P.C.", "LP"),
    "CA": ("Inc.", "Ltd.", "Corp.", "Limited", "ULC", "Inc", "LP", "Ltd", "Co."),
    "GB": ("Ltd", "Limited", "LLP", "PLC", "Ltd", "Limited", "Ltd", "CIC", "Ltd"),
    "AU": ("Pty Ltd", "Pty Ltd", "Ltd", "Pty Limited", "Pty Ltd", "Pty. Ltd.", "Limited", "Pty Ltd", "Inc."),
}
FORM_VARIANTS: Final = {
    "LLC": "L.L.C.", "Inc.": "Incorporated", "Inc": ", Inc.", "Corp.": "Corporation", "Co.": "Company", "LLP": "L.L.P.", "PLLC": "P.L.L.C.", "P.C.": "PC", "LP": "L.P.",
    "Ltd.": "Limited", "Ltd": "Ltd.", "Limited": "Ltd", "PLC": "plc", "Pty Ltd": "Pty Limited", "Pty Limited": "P/L", "Pty. Ltd.": "Pty Ltd",
}  # fmt: skip
SHORTENED: Final = {
    "Services": "Svcs", "Service": "Svc", "Construction": "Constr", "Manufacturing": "Mfg", "Associates": "Assoc", "International": "Intl", "Center": "Ctr", "Management": "Mgmt",
    "Brothers": "Bros", "Saint": "St.", "Mount": "Mt", "Engineering": "Engr", "Electric": "Elec", "Electrical": "Elec", "Equipment": "Equip", "Heating": "Htg", "Medical": "Med",
    "Technologies": "Tech", "Transportation": "Transp", "National": "Natl", "Insurance": "Ins", "Properties": "Props", "Development": "Dev", "Systems": "Sys", "Community": "Comm",
    "Solutions": "Soln", "Company": "Co", "Contractors": "Contr", "Veterinary": "Vet", "Hospital": "Hosp", "Financial": "Fin", "Industries": "Ind", "Distributors": "Dist",
    "Laboratories": "Labs", "Environmental": "Envir", "Enterprises": "Ent", "American": "Amer", "Northern": "No", "Southern": "So", "First": "1st", "Group": "Grp", "Supply": "Sply",
}  # fmt: skip
NOTES: Final = " *NEW*| (old)| - COD| - DO NOT USE| (net 30)| **ACH**| - inactive?| (USD)| - monthly|*".split("|")
CHILDREN: Final = "Main Office|Warehouse|Branch 2|Downtown|Projects|Accounts Payable|Head Office|Service".split("|")
FREE_MAIL: Final = "gmail.com yahoo.com outlook.com hotmail.com aol.com icloud.com comcast.net att.net".split()
MAILBOXES: Final = "info accounts ap billing office admin accounting payables hello bookkeeping".split()
CITIES: Final = (
    "Austin/TX/787/512/US Houston/TX/770/713/US Dallas/TX/752/214/US Fort_Worth/TX/761/817/US San_Antonio/TX/782/210/US Phoenix/AZ/850/602/US Tucson/AZ/857/520/US "
    "Denver/CO/802/303/US Colorado_Springs/CO/809/719/US Salt_Lake_City/UT/841/801/US Boise/ID/837/208/US Seattle/WA/981/206/US Spokane/WA/992/509/US Portland/OR/972/503/US "
    "Eugene/OR/974/541/US Sacramento/CA/958/916/US San_Diego/CA/921/619/US Fresno/CA/937/559/US Oakland/CA/946/510/US Los_Angeles/CA/900/323/US Las_Vegas/NV/891/702/US "
    "Reno/NV/895/775/US Albuquerque/NM/871/505/US Oklahoma_City/OK/731/405/US Tulsa/OK/741/918/US Wichita/KS/672/316/US Kansas_City/MO/641/816/US Saint_Louis/MO/631/314/US "
    "Omaha/NE/681/402/US Des_Moines/IA/503/515/US Minneapolis/MN/554/612/US Saint_Paul/MN/551/651/US Madison/WI/537/608/US Milwaukee/WI/532/414/US Chicago/IL/606/312/US "
    "Peoria/IL/616/309/US Indianapolis/IN/462/317/US Fort_Wayne/IN/468/260/US Detroit/MI/482/313/US Grand_Rapids/MI/495/616/US Columbus/OH/432/614/US Cleveland/OH/441/216/US "
    "Cincinnati/OH/452/513/US Pittsburgh/PA/152/412/US Philadelphia/PA/191/215/US Buffalo/NY/142/716/US Albany/NY/122/518/US New_York/NY/100/212/US Newark/NJ/071/973/US "
    "Hartford/CT/061/860/US Boston/MA/021/617/US Worcester/MA/016/508/US Providence/RI/029/401/US Portland/ME/041/207/US Burlington/VT/054/802/US Baltimore/MD/212/410/US "
    "Richmond/VA/232/804/US Norfolk/VA/235/757/US Charlotte/NC/282/704/US Raleigh/NC/276/919/US Columbia/SC/292/803/US Atlanta/GA/303/404/US Savannah/GA/314/912/US "
    "Jacksonville/FL/322/904/US Orlando/FL/328/407/US Tampa/FL/336/813/US Miami/FL/331/305/US Birmingham/AL/352/205/US Mobile/AL/366/251/US Nashville/TN/372/615/US "
    "Memphis/TN/381/901/US Louisville/KY/402/502/US Lexington/KY/405/859/US Little_Rock/AR/722/501/US New_Orleans/LA/701/504/US Jackson/MS/392/601/US Toronto/ON/M5V/416/CA "
    "Ottawa/ON/K1P/613/CA Hamilton/ON/L8P/905/CA London/ON/N6A/519/CA Calgary/AB/T2P/403/CA Edmonton/AB/T5J/780/CA Vancouver/BC/V6B/604/CA Winnipeg/MB/R3C/204/CA "
    "Halifax/NS/B3J/902/CA Montréal/QC/H3B/514/CA Manchester/Greater_Manchester/M/161/GB Leeds/West_Yorkshire/LS/113/GB Bristol/Bristol/BS/117/GB London/London/EC/20/GB "
    "Birmingham/West_Midlands/B/121/GB Glasgow/Glasgow/G/141/GB Sydney/NSW/20/2/AU Melbourne/VIC/30/3/AU Brisbane/QLD/40/7/AU Perth/WA/60/8/AU Adelaide/SA/50/8/AU"
).split()
