--- lua/countries.lua: names of countries and their codes of ISO 3166-1.
---
--- countries.code(name) -> "GB" | nil     by code (two or three letters), English name, official name or a common variant;
---                                        capitals, accents and punctuation do not matter
--- countries.name(code) -> "United Kingdom" | nil
--- countries.near(name) -> list           names of the table that look like it
---
--- Source: ISO 3166-1, 249 entries; the names are those an English letter would print, the variants what files hold.
--- Example: countries.code("EIRE") == "IE".
local near = require "near"
local countries = {}

-- Code, code of three letters, name; ended by a semicolon.
local NAMES = [[
AD AND Andorra; AE ARE United Arab Emirates; AF AFG Afghanistan; AG ATG Antigua and Barbuda; AI AIA Anguilla; AL ALB
Albania; AM ARM Armenia; AO AGO Angola; AQ ATA Antarctica; AR ARG Argentina; AS ASM American Samoa; AT AUT Austria;
AU AUS Australia; AW ABW Aruba; AX ALA Åland Islands; AZ AZE Azerbaijan; BA BIH Bosnia and Herzegovina; BB BRB
Barbados; BD BGD Bangladesh; BE BEL Belgium; BF BFA Burkina Faso; BG BGR Bulgaria; BH BHR Bahrain; BI BDI Burundi;
BJ BEN Benin; BL BLM Saint Barthélemy; BM BMU Bermuda; BN BRN Brunei; BO BOL Bolivia; BQ BES Bonaire, Sint Eustatius
and Saba; BR BRA Brazil; BS BHS Bahamas; BT BTN Bhutan; BV BVT Bouvet Island; BW BWA Botswana; BY BLR Belarus; BZ
BLZ Belize; CA CAN Canada; CC CCK Cocos (Keeling) Islands; CD COD DR Congo; CF CAF Central African Republic; CG COG
Congo; CH CHE Switzerland; CI CIV Côte d'Ivoire; CK COK Cook Islands; CL CHL Chile; CM CMR Cameroon; CN CHN China;
CO COL Colombia; CR CRI Costa Rica; CU CUB Cuba; CV CPV Cabo Verde; CW CUW Curaçao; CX CXR Christmas Island; CY CYP
Cyprus; CZ CZE Czechia; DE DEU Germany; DJ DJI Djibouti; DK DNK Denmark; DM DMA Dominica; DO DOM Dominican Republic;
DZ DZA Algeria; EC ECU Ecuador; EE EST Estonia; EG EGY Egypt; EH ESH Western Sahara; ER ERI Eritrea; ES ESP Spain;
ET ETH Ethiopia; FI FIN Finland; FJ FJI Fiji; FK FLK Falkland Islands; FM FSM Micronesia; FO FRO Faroe Islands; FR
FRA France; GA GAB Gabon; GB GBR United Kingdom; GD GRD Grenada; GE GEO Georgia; GF GUF French Guiana; GG GGY
Guernsey; GH GHA Ghana; GI GIB Gibraltar; GL GRL Greenland; GM GMB Gambia; GN GIN Guinea; GP GLP Guadeloupe; GQ GNQ
Equatorial Guinea; GR GRC Greece; GS SGS South Georgia and the South Sandwich Islands; GT GTM Guatemala; GU GUM
Guam; GW GNB Guinea-Bissau; GY GUY Guyana; HK HKG Hong Kong; HM HMD Heard Island and McDonald Islands; HN HND
Honduras; HR HRV Croatia; HT HTI Haiti; HU HUN Hungary; ID IDN Indonesia; IE IRL Ireland; IL ISR Israel; IM IMN Isle
of Man; IN IND India; IO IOT British Indian Ocean Territory; IQ IRQ Iraq; IR IRN Iran; IS ISL Iceland; IT ITA Italy;
JE JEY Jersey; JM JAM Jamaica; JO JOR Jordan; JP JPN Japan; KE KEN Kenya; KG KGZ Kyrgyzstan; KH KHM Cambodia; KI KIR
Kiribati; KM COM Comoros; KN KNA Saint Kitts and Nevis; KP PRK North Korea; KR KOR South Korea; KW KWT Kuwait; KY
CYM Cayman Islands; KZ KAZ Kazakhstan; LA LAO Laos; LB LBN Lebanon; LC LCA Saint Lucia; LI LIE Liechtenstein; LK LKA
Sri Lanka; LR LBR Liberia; LS LSO Lesotho; LT LTU Lithuania; LU LUX Luxembourg; LV LVA Latvia; LY LBY Libya; MA MAR
Morocco; MC MCO Monaco; MD MDA Moldova; ME MNE Montenegro; MF MAF Saint Martin; MG MDG Madagascar; MH MHL Marshall
Islands; MK MKD North Macedonia; ML MLI Mali; MM MMR Myanmar; MN MNG Mongolia; MO MAC Macao; MP MNP Northern Mariana
Islands; MQ MTQ Martinique; MR MRT Mauritania; MS MSR Montserrat; MT MLT Malta; MU MUS Mauritius; MV MDV Maldives;
MW MWI Malawi; MX MEX Mexico; MY MYS Malaysia; MZ MOZ Mozambique; NA NAM Namibia; NC NCL New Caledonia; NE NER
Niger; NF NFK Norfolk Island; NG NGA Nigeria; NI NIC Nicaragua; NL NLD Netherlands; NO NOR Norway; NP NPL Nepal; NR
NRU Nauru; NU NIU Niue; NZ NZL New Zealand; OM OMN Oman; PA PAN Panama; PE PER Peru; PF PYF French Polynesia; PG PNG
Papua New Guinea; PH PHL Philippines; PK PAK Pakistan; PL POL Poland; PM SPM Saint Pierre and Miquelon; PN PCN
Pitcairn; PR PRI Puerto Rico; PS PSE Palestine; PT PRT Portugal; PW PLW Palau; PY PRY Paraguay; QA QAT Qatar; RE REU
Réunion; RO ROU Romania; RS SRB Serbia; RU RUS Russia; RW RWA Rwanda; SA SAU Saudi Arabia; SB SLB Solomon Islands;
SC SYC Seychelles; SD SDN Sudan; SE SWE Sweden; SG SGP Singapore; SH SHN Saint Helena, Ascension and Tristan da
Cunha; SI SVN Slovenia; SJ SJM Svalbard and Jan Mayen; SK SVK Slovakia; SL SLE Sierra Leone; SM SMR San Marino; SN
SEN Senegal; SO SOM Somalia; SR SUR Suriname; SS SSD South Sudan; ST STP Sao Tome and Principe; SV SLV El Salvador;
SX SXM Sint Maarten; SY SYR Syria; SZ SWZ Eswatini; TC TCA Turks and Caicos Islands; TD TCD Chad; TF ATF French
Southern Territories; TG TGO Togo; TH THA Thailand; TJ TJK Tajikistan; TK TKL Tokelau; TL TLS Timor-Leste; TM TKM
Turkmenistan; TN TUN Tunisia; TO TON Tonga; TR TUR Türkiye; TT TTO Trinidad and Tobago; TV TUV Tuvalu; TW TWN
Taiwan; TZ TZA Tanzania; UA UKR Ukraine; UG UGA Uganda; UM UMI United States Minor Outlying Islands; US USA United
States; UY URY Uruguay; UZ UZB Uzbekistan; VA VAT Vatican City; VC VCT Saint Vincent and the Grenadines; VE VEN
Venezuela; VG VGB British Virgin Islands; VI VIR U.S. Virgin Islands; VN VNM Viet Nam; VU VUT Vanuatu; WF WLF Wallis
and Futuna; WS WSM Samoa; YE YEM Yemen; YT MYT Mayotte; ZA ZAF South Africa; ZM ZMB Zambia; ZW ZWE Zimbabwe;
]]

-- Code, other names that files hold for it; official names of ISO 3166-1 among them.
local VARIANTS = [[
AD Principality of Andorra; AE UAE | U.A.E. | Emirates; AF Islamic Republic of Afghanistan; AG Antigua; AL Republic
of Albania; AM Republic of Armenia; AO Republic of Angola; AR Argentine Republic | República Argentina; AT Republic
of Austria | Österreich | Oesterreich | Autriche; AX Aland | Aland Islands; AZ Republic of Azerbaijan; BA Republic
of Bosnia and Herzegovina | Bosnia | Bosnia-Herzegovina; BD People's Republic of Bangladesh; BE Kingdom of Belgium |
Belgique | België | Belgie | Belgien; BG Republic of Bulgaria | Bulgarija; BH Kingdom of Bahrain; BI Republic of
Burundi; BJ Republic of Benin; BL St Barthélemy | St Barts; BN Brunei Darussalam; BO Bolivia, Plurinational State of
| Plurinational State of Bolivia; BR Federative Republic of Brazil | Brasil; BS Commonwealth of the Bahamas | The
Bahamas; BT Kingdom of Bhutan; BW Republic of Botswana; BY Republic of Belarus | Belorussia | Byelorussia; CD Congo,
The Democratic Republic of the | Democratic Republic of the Congo | DRC | Congo-Kinshasa | Congo, Democratic
Republic | Zaire; CF CAR; CG Republic of the Congo | Congo-Brazzaville; CH Swiss Confederation | Schweiz | Suisse |
Svizzera | Helvetia | Confoederatio Helvetica; CI Republic of Côte d'Ivoire | Ivory Coast; CL Republic of Chile; CM
Republic of Cameroon; CN People's Republic of China | PRC | Mainland China; CO Republic of Colombia; CR Republic of
Costa Rica; CU Republic of Cuba; CV Republic of Cabo Verde | Cape Verde; CW Curacao; CY Republic of Cyprus; CZ Czech
Republic | Česko | Ceska republika | Tschechien; DE Federal Republic of Germany | Deutschland | West Germany |
Allemagne | BRD; DJ Republic of Djibouti; DK Kingdom of Denmark | Danmark | Dänemark; DM Commonwealth of Dominica;
DZ People's Democratic Republic of Algeria; EC Republic of Ecuador; EE Republic of Estonia | Eesti; EG Arab Republic
of Egypt; ER the State of Eritrea; ES Kingdom of Spain | España | Espana | Spanien | Espagne; ET Federal Democratic
Republic of Ethiopia; FI Republic of Finland | Suomi | Finnland; FJ Republic of Fiji; FK Falkland Islands (Malvinas)
| Falklands | Malvinas; FM Micronesia, Federated States of | Federated States of Micronesia; FO Faeroe Islands |
Faroes; FR French Republic | République française | Metropolitan France | Frankreich; GA Gabonese Republic; GB
United Kingdom of Great Britain and Northern Ireland | UK | Great Britain | Britain | England | Scotland | Wales |
Northern Ireland | G.B.; GH Republic of Ghana; GM Republic of the Gambia | The Gambia; GN Republic of Guinea; GQ
Republic of Equatorial Guinea; GR Hellenic Republic | Hellas | Ellada | Griechenland; GT Republic of Guatemala; GW
Republic of Guinea-Bissau; GY Republic of Guyana; HK Hong Kong Special Administrative Region of China | Hongkong |
Hong Kong SAR | Hong Kong SAR China; HN Republic of Honduras; HR Republic of Croatia | Hrvatska | Kroatien; HT
Republic of Haiti; HU Magyarország | Ungarn; ID Republic of Indonesia; IE Eire | Éire | Republic of Ireland | Irish
Republic | Southern Ireland; IL State of Israel; IN Republic of India; IQ Republic of Iraq; IR Iran, Islamic
Republic of | Islamic Republic of Iran | Persia; IS Republic of Iceland | Ísland | Island; IT Italian Republic |
Italia | Italien | Italie; JO Hashemite Kingdom of Jordan; JP Nippon | Nihon; KE Republic of Kenya; KG Kyrgyz
Republic; KH Kingdom of Cambodia | Kampuchea; KI Republic of Kiribati; KM Union of the Comoros; KN St Kitts | St
Kitts and Nevis; KP Korea, Democratic People's Republic of | Democratic People's Republic of Korea | Korea, North |
DPRK; KR Korea, Republic of | Korea | Korea, South | Republic of Korea; KW State of Kuwait; KZ Republic of
Kazakhstan; LA Lao People's Democratic Republic | Lao PDR; LB Lebanese Republic; LC St Lucia; LI Principality of
Liechtenstein; LK Democratic Socialist Republic of Sri Lanka | Ceylon; LR Republic of Liberia; LS Kingdom of
Lesotho; LT Republic of Lithuania | Lietuva; LU Grand Duchy of Luxembourg | Luxemburg; LV Republic of Latvia |
Latvija; MA Kingdom of Morocco; MC Principality of Monaco; MD Moldova, Republic of | Republic of Moldova; MF Saint
Martin (French part) | St Martin; MG Republic of Madagascar; MH Republic of the Marshall Islands; MK Republic of
North Macedonia | Macedonia | FYROM | The former Yugoslav Republic of Macedonia; ML Republic of Mali; MM Republic of
Myanmar | Burma; MO Macao Special Administrative Region of China | Macau | Macao SAR; MP Commonwealth of the
Northern Mariana Islands; MR Islamic Republic of Mauritania; MT Republic of Malta; MU Republic of Mauritius; MV
Republic of Maldives; MW Republic of Malawi; MX United Mexican States | México; MZ Republic of Mozambique; NA
Republic of Namibia; NE Republic of the Niger; NG Federal Republic of Nigeria; NI Republic of Nicaragua; NL Kingdom
of the Netherlands | Holland | Nederland | Niederlande | The Netherlands | Pays-Bas; NO Kingdom of Norway | Norge |
Norwegen | Noreg; NP Federal Democratic Republic of Nepal; NR Republic of Nauru; NZ Aotearoa; OM Sultanate of Oman;
PA Republic of Panama; PE Republic of Peru | Perú; PG Independent State of Papua New Guinea; PH Republic of the
Philippines; PK Islamic Republic of Pakistan; PL Republic of Poland | Polska | Polen; PM St Pierre and Miquelon; PS
Palestine, State of | the State of Palestine | Palestinian Territories | Palestinian Territory | State of Palestine;
PT Portuguese Republic | Portugal Continental; PW Republic of Palau; PY Republic of Paraguay; QA State of Qatar; RE
Reunion; RO Rumania | Roumania | România; RS Republic of Serbia; RU Russian Federation | Russland; RW Rwandese
Republic; SA Kingdom of Saudi Arabia | KSA; SC Republic of Seychelles; SD Republic of the Sudan; SE Kingdom of
Sweden | Sverige | Schweden; SG Republic of Singapore; SH St Helena; SI Republic of Slovenia | Slovenija; SK Slovak
Republic | Slovensko; SL Republic of Sierra Leone; SM Republic of San Marino; SN Republic of Senegal; SO Federal
Republic of Somalia; SR Republic of Suriname; SS Republic of South Sudan; ST Democratic Republic of Sao Tome and
Principe; SV Republic of El Salvador; SX Sint Maarten (Dutch part); SY Syrian Arab Republic; SZ Kingdom of Eswatini
| Swaziland; TD Republic of Chad; TG Togolese Republic; TH Kingdom of Thailand; TJ Republic of Tajikistan; TL
Democratic Republic of Timor-Leste | East Timor; TN Republic of Tunisia; TO Kingdom of Tonga; TR Republic of Türkiye
| Turkey | Türkei | Turkiye; TT Republic of Trinidad and Tobago | Trinidad; TW Taiwan, Province of China | Chinese
Taipei | Republic of China | Taiwan, Republic of China; TZ Tanzania, United Republic of | United Republic of
Tanzania; UA Ukraina; UG Republic of Uganda; US United States of America | USA | U.S.A. | U.S. | America | the
States; UY Eastern Republic of Uruguay; UZ Republic of Uzbekistan; VA Holy See (Vatican City State) | Holy See |
Vatican | Vatican City State; VC St Vincent | Saint Vincent | St Vincent and the Grenadines; VE Venezuela,
Bolivarian Republic of | Bolivarian Republic of Venezuela; VG Virgin Islands, British | BVI | Virgin Islands
(British); VI Virgin Islands, U.S. | Virgin Islands of the United States | USVI | US Virgin Islands; VN Socialist
Republic of Viet Nam | Vietnam; VU Republic of Vanuatu; WS Independent State of Samoa | Western Samoa; YE Republic
of Yemen; ZA Republic of South Africa | RSA | South African Republic; ZM Republic of Zambia; ZW Republic of Zimbabwe;
]]

-- Letters with accents as they occur in names of countries, without them.
local PLAIN = {
  ["à"] = "a", ["á"] = "a", ["â"] = "a", ["ã"] = "a", ["ä"] = "a", ["å"] = "a", ["ç"] = "c", ["è"] = "e", ["é"] = "e",
  ["ê"] = "e", ["ë"] = "e", ["ì"] = "i", ["í"] = "i", ["î"] = "i", ["ï"] = "i", ["ñ"] = "n", ["ò"] = "o", ["ó"] = "o",
  ["ô"] = "o", ["õ"] = "o", ["ö"] = "o", ["ø"] = "o", ["ù"] = "u", ["ú"] = "u", ["û"] = "u", ["ü"] = "u", ["ý"] = "y",
  ["À"] = "a", ["Á"] = "a", ["Â"] = "a", ["Ã"] = "a", ["Ä"] = "a", ["Å"] = "a", ["Ç"] = "c", ["È"] = "e", ["É"] = "e",
  ["Ê"] = "e", ["Ë"] = "e", ["Í"] = "i", ["Î"] = "i", ["Ñ"] = "n", ["Ó"] = "o", ["Ô"] = "o", ["Ö"] = "o", ["Ø"] = "o",
  ["Ú"] = "u", ["Ü"] = "u", ["č"] = "c", ["Č"] = "c", ["š"] = "s", ["Š"] = "s", ["ß"] = "ss",
}

-- "Bosnia & Herzegovina", "the BOSNIA and Herzegovina" -> "bosnia herzegovina"
local function plain(name)
  local text = name:gsub("\u{2019}", "'"):gsub("[\xC3-\xC5][\x80-\xBF]", PLAIN):lower()
    :gsub("%.", ""):gsub("[^%w\x80-\xFF]+", " ")
  text = (" " .. text .. " "):gsub(" saint ", " st "):gsub(" and ", " "):gsub(" the ", " "):gsub(" of ", " ")
  return text:match("^%s*(.-)%s*$")
end

local by_code, by_name, names = {}, {}, {}

for code, long, name in NAMES:gmatch("(%u%u)%s+(%u%u%u)%s+([^;]+);") do
  name = name:gsub("%s+", " ")
  by_code[code] = name
  by_name[code:lower()], by_name[long:lower()], by_name[plain(name)] = code, code, code
  names[#names + 1] = name
end
for code, list in VARIANTS:gmatch("(%u%u)%s+([^;]+);") do
  for name in list:gmatch("[^|]+") do
    by_name[plain(name)] = by_name[plain(name)] or code
  end
end

function countries.code(name)
  return by_name[plain(name)]
end

function countries.name(code)
  return by_code[code]
end

function countries.near(name)
  return near.names(name, names)
end

return countries
