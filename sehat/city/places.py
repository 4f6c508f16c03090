"""The eleven districts of Delhi (Government of NCT, since 2012) and made-up facilities in them."""

from dataclasses import dataclass

# code, English, Hindi, latitude, longitude, localities
DISTRICTS: tuple[tuple[str, str, str, float, float, tuple[tuple[str, str], ...]], ...] = (
    (
        "central",
        "Central",
        "मध्य",
        28.65,
        77.22,
        (
            ("Karol Bagh", "करोल बाग़"),
            ("Paharganj", "पहाड़गंज"),
            ("Daryaganj", "दरियागंज"),
            ("Patel Nagar", "पटेल नगर"),
        ),
    ),
    (
        "east",
        "East",
        "पूर्व",
        28.63,
        77.30,
        (
            ("Preet Vihar", "प्रीत विहार"),
            ("Laxmi Nagar", "लक्ष्मी नगर"),
            ("Patparganj", "पटपड़गंज"),
            ("Mayur Vihar", "मयूर विहार"),
        ),
    ),
    (
        "new-delhi",
        "New Delhi",
        "नई दिल्ली",
        28.60,
        77.20,
        (
            ("Chanakyapuri", "चाणक्यपुरी"),
            ("Gole Market", "गोल मार्केट"),
            ("Vasant Vihar", "वसंत विहार"),
            ("Delhi Cantonment", "दिल्ली छावनी"),
        ),
    ),
    (
        "north",
        "North",
        "उत्तर",
        28.72,
        77.20,
        (("Alipur", "अलीपुर"), ("Narela", "नरेला"), ("Model Town", "मॉडल टाउन"), ("Burari", "बुराड़ी")),
    ),
    (
        "north-east",
        "North East",
        "उत्तर पूर्व",
        28.70,
        77.27,
        (
            ("Seelampur", "सीलमपुर"),
            ("Karawal Nagar", "करावल नगर"),
            ("Yamuna Vihar", "यमुना विहार"),
            ("Gokulpuri", "गोकुलपुरी"),
        ),
    ),
    (
        "north-west",
        "North West",
        "उत्तर पश्चिम",
        28.74,
        77.09,
        (
            ("Rohini", "रोहिणी"),
            ("Kanjhawala", "कंझावला"),
            ("Pitampura", "पीतमपुरा"),
            ("Saraswati Vihar", "सरस्वती विहार"),
        ),
    ),
    (
        "shahdara",
        "Shahdara",
        "शाहदरा",
        28.67,
        77.29,
        (
            ("Vivek Vihar", "विवेक विहार"),
            ("Seemapuri", "सीमापुरी"),
            ("Dilshad Garden", "दिलशाद गार्डन"),
            ("Jhilmil", "झिलमिल"),
        ),
    ),
    (
        "south",
        "South",
        "दक्षिण",
        28.53,
        77.22,
        (
            ("Saket", "साकेत"),
            ("Mehrauli", "महरौली"),
            ("Hauz Khas", "हौज़ ख़ास"),
            ("Malviya Nagar", "मालवीय नगर"),
        ),
    ),
    (
        "south-east",
        "South East",
        "दक्षिण पूर्व",
        28.56,
        77.27,
        (
            ("Kalkaji", "कालकाजी"),
            ("Sarita Vihar", "सरिता विहार"),
            ("Lajpat Nagar", "लाजपत नगर"),
            ("Okhla", "ओखला"),
        ),
    ),
    (
        "south-west",
        "South West",
        "दक्षिण पश्चिम",
        28.58,
        77.05,
        (("Dwarka", "द्वारका"), ("Najafgarh", "नजफ़गढ़"), ("Kapashera", "कापसहेड़ा"), ("Palam", "पालम")),
    ),
    (
        "west",
        "West",
        "पश्चिम",
        28.65,
        77.10,
        (
            ("Rajouri Garden", "राजौरी गार्डन"),
            ("Punjabi Bagh", "पंजाबी बाग़"),
            ("Tilak Nagar", "तिलक नगर"),
            ("Janakpuri", "जनकपुरी"),
        ),
    ),
)

KINDS = {
    "hospital": ("Demonstration hospital", "प्रदर्शन अस्पताल"),
    "dispensary": ("Demonstration dispensary", "प्रदर्शन औषधालय"),
    "mohalla_clinic": ("Demonstration mohalla clinic", "प्रदर्शन मोहल्ला क्लिनिक"),
}


@dataclass(frozen=True)
class Site:
    code: str
    name: str
    name_hi: str
    kind: str
    district: str
    latitude: float
    longitude: float
    share: float  # of the district's visits


def sites(count: int) -> list[Site]:
    """`count` facilities, spread evenly: of a district's four localities the first has a hospital
    (in half of the districts), the second a dispensary, the others mohalla clinics."""
    pattern = ("hospital", "dispensary", "mohalla_clinic", "mohalla_clinic")
    made = []
    for number in range(count):
        district = DISTRICTS[number % len(DISTRICTS)]
        turn = number // len(DISTRICTS)
        kind = pattern[turn % len(pattern)]
        if turn == 0 and number % 2:
            kind = "dispensary"
        code, _, _, latitude, longitude, localities = district
        english, hindi = localities[turn % len(localities)]
        label, label_hi = KINDS[kind]
        made.append(
            Site(
                code=f"DEMO-{number + 1:03d}",
                name=f"{label}, {english}",
                name_hi=f"{label_hi}, {hindi}",
                kind=kind,
                district=code,
                latitude=latitude + 0.01 * turn,
                longitude=longitude - 0.01 * turn,
                share={"hospital": 3.0, "dispensary": 1.5, "mohalla_clinic": 1.0}[kind],
            )
        )
    return made
