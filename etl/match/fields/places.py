"""Names of places: towns, states, provinces, regions and countries. The name of a place does not distinguish firms.

Locality: whole; the towns of all records are places.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from etl.match import normalize_names
from etl.match.fields import normalize_fields
from etl.match.fields.normalize_fields import COUNTRY_NAMES, KNOWN_STATES, STATE_NAMES

_TOWNS: Final = """
new york,los angeles,chicago,houston,phoenix,philadelphia,san antonio,san diego,dallas,austin,san jose,jacksonville
columbus,charlotte,indianapolis,san francisco,seattle,denver,oklahoma city,nashville,washington,boston,las vegas
portland,detroit,memphis,louisville,baltimore,milwaukee,albuquerque,tucson,fresno,sacramento,mesa,atlanta,omaha,raleigh
miami,oakland,minneapolis,tulsa,tampa,new orleans,wichita,cleveland,bakersfield,aurora,anaheim,honolulu,riverside
lexington,stockton,cincinnati,pittsburgh,anchorage,greensboro,lincoln,plano,orlando,irvine,newark,toledo,durham,madison
lubbock,scottsdale,reno,buffalo,norfolk,boise,richmond,spokane,rochester,tacoma,modesto,fontana,akron,augusta,mobile
montgomery,shreveport,knoxville,worcester,providence,salem,eugene,savannah,hartford,lansing,albany,utica,syracuse
dayton,charleston,concord,dover,burlington,springfield,naples,sarasota,pensacola,tallahassee,gainesville,chattanooga
birmingham,huntsville,jackson,lafayette,ogden,provo,billings,missoula,fargo,duluth,saint louis,saint paul
saint petersburg,kansas city,salt lake city,long beach,virginia beach,colorado springs,fort worth,fort wayne
fort lauderdale,fort collins,el paso,santa ana,santa rosa,santa fe,santa barbara,santa clara,santa monica,baton rouge
little rock,des moines,sioux falls,sioux city,grand rapids,green bay,corpus christi,corpus,cedar rapids,winston salem
palm beach,palm springs,newport news,newport beach,jersey city,cape coral,cape girardeau,myrtle beach,daytona beach
toronto,montreal,vancouver,calgary,edmonton,ottawa,winnipeg,quebec,hamilton,kitchener,halifax,victoria,windsor,saskatoon
regina,kelowna,kingston,mississauga,brampton,surrey,london,manchester,leeds,glasgow,sheffield,bradford,liverpool
edinburgh,bristol,cardiff,leicester,coventry,nottingham,newcastle,belfast,brighton,plymouth,derby,southampton,oxford
cambridge,norwich,exeter,aberdeen,dundee,inverness,swansea,dublin,cork,limerick,galway,sydney,melbourne,brisbane,perth
adelaide,canberra,hobart,darwin,cairns,geelong,gold coast,sunshine coast,alice springs,auckland,wellington,christchurch
dunedin,tauranga,napier,cape town,johannesburg,pretoria,durban,port elizabeth,berlin,hamburg,munich,cologne,frankfurt
stuttgart,vienna,salzburg,zurich,geneva,basel,paris,lyon,brussels,antwerp,ghent,amsterdam,rotterdam,utrecht,the hague
madrid,barcelona,valencia,rome,milan,turin,lisbon,porto,copenhagen,stockholm,oslo,helsinki,warsaw,prague,budapest
singapore,hong kong,tokyo,mumbai,delhi,bangalore,manila,dubai,abu dhabi,mexico city
"""
"""Large towns of the countries where clients are."""
_REGIONS: Final = """
newfoundland,labrador,nova scotia,prince edward island,cape breton,yukon,nunavut,northwest territories,vancouver island
northern territory,south australia,western australia,queensland,tasmania,otago,canterbury,waikato,northland,southland
scotland,england,wales,northern ireland,ulster,munster,leinster,connacht,cornwall,devon,dorset,kent,sussex,essex,suffolk
norfolk,surrey,hampshire,yorkshire,lancashire,cheshire,cumbria,midlands,highlands,cotswolds,isle of man,jersey,guernsey
bavaria,bayern,saxony,sachsen,hesse,hessen,westphalia,westfalen,rhineland,swabia,tyrol,tirol,styria,carinthia,burgundy
brittany,normandy,provence,alsace,lorraine,flanders,wallonia,holland,zeeland,brabant,friesland,limburg,catalonia
andalusia,galicia,lombardy,tuscany,sicily,sardinia,piedmont,gauteng,natal,western cape,eastern cape,northern cape
cape cod,cape may,cape ann,long island,rhode island,staten island,hudson valley,silicon valley,bay area,napa,sonoma
new england,midwest,great plains,great lakes,gulf coast,east coast,west coast,outer banks,florida keys,key west
hill country,panhandle,piedmont,ozark,ozarks,appalachia,catskills,adirondack,adirondacks,berkshire,berkshires,tahoe
manhattan,brooklyn,queens,bronx,harlem,hollywood,chesapeake,delmarva,tidewater,puget sound,cascadia,rocky mountain
rockies,sierra,mojave,sonora,dakota,carolina,carolinas,virginias,tri state,twin cities,niagara,okanagan,gaspesie
maritimes,prairies,laurentides,outaouais,estrie,muskoka,europe,asia,africa,america,oceania,scandinavia,caribbean
"""
"""Regions that firms and providers are named after."""

_SHORT: Final = {"saint ": "st ", "sainte ": "ste ", "fort ": "ft ", "mount ": "mt "}


def _split(places: str) -> frozenset[str]:
    return frozenset(re.split("[,\n]", places.strip()))


PLACES: Final = _split(_TOWNS) | _split(_REGIONS) | {*STATE_NAMES, *COUNTRY_NAMES}
"""The whole names of places that are known, in plain letters; those of the records' own towns are added to them."""


def towns(records: pl.DataFrame) -> pl.Series:
    """The towns of records, written as names are; nothing for what names no place."""
    is_place = normalize_fields.place_key(pl.col("city")).is_not_null()
    return (
        records.select(pl.when(is_place).then(normalize_names.plain(pl.col("city")))).to_series().drop_nulls().unique()
    )


def place_names(towns: pl.Series) -> frozenset[str]:
    """The whole names of all places, Saint, Fort and Mount both in full and short."""
    every = {*towns, *PLACES}
    pairs = (pair for long, short in _SHORT.items() for pair in ((long, short), (short, long)))
    other = {place.replace(one, two, 1) for one, two in pairs for place in every if place.startswith(one)}
    return frozenset(every | other)


def place_words(towns: pl.Series) -> list[str]:
    """Each word of all these names, and the codes of states."""
    return sorted({word for place in place_names(towns) for word in place.split()} | {*KNOWN_STATES})
