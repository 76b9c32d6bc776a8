"""What the assets are made of.  Every source is a file of a Debian (bookworm) package.

Authors and licences were read from each package's own copyright file, tags and credits.
"""

from __future__ import annotations

from dataclasses import dataclass

WESNOTH = "usr/share/games/wesnoth/1.16/data/core/music"
SUPERTUX = "usr/share/games/supertux2/music"
ETR = "usr/share/games/etr"
BLOBWARS = "usr/share/games/blobwars/music"
ZAZ = "usr/share/games/zaz"
LINCITY = "usr/share/games/lincity-ng/music/default"
BLUPI = "usr/share/planetblupi/music"
WARZONE = "usr/share/games/warzone2100/music/albums/original_soundtrack"
GCOMPRIS = "usr/share/gcompris-qt/rcc"
SONIC_PI = "usr/share/sonic-pi/samples"
TUXPAINT = "usr/share/tuxpaint/sounds/magic"

#: Package names and the versions the committed files were made from.
VERSIONS = {
    "wesnoth-1.16-music": "1:1.16.9-1",
    "supertux-data": "0.6.3-2",
    "extremetuxracer-data": "0.8.2-1",
    "blobwars-data": "2.00-2",
    "zaz-data": "1.0.1-1",
    "lincity-ng-data": "2.9~git20150314-5",
    "planetblupi-music-ogg": "1.14.2-3",
    "warzone2100-music": "4.3.3-3",
    "gcompris-qt-data": "3.1-2",
    "sonic-pi-samples": "3.2.2~repack-8",
    "tuxpaint-plugins-default": "1:0.9.28-sdl2-1",
}


@dataclass(frozen=True)
class Source:
    """A file inside a package, who made it and under which licence it may be passed on."""

    package: str
    path: str
    author: str
    licence: str


@dataclass(frozen=True)
class Excerpt:
    """A cut from a piece of music, and how it is stored."""

    out: str  #: path under `library/`; its suffix chooses the format
    title: str
    source: Source
    start_s: float
    seconds: float = 32.0
    rate: int = 44_100
    channels: int = 2


def _wesnoth(name: str, author: str) -> Source:
    return Source("wesnoth-1.16-music", f"{WESNOTH}/{name}.ogg", author, "GPL-2.0-or-later")


def _supertux(path: str) -> Source:
    author = "Marek Moeckel (Wansti)"
    return Source("supertux-data", f"{SUPERTUX}/{path}.ogg", author, "GPL-2.0-or-later")


def _etr(path: str, author: str) -> Source:
    return Source("extremetuxracer-data", f"{ETR}/{path}", author, "GPL-2.0-or-later")


def _blobwars(name: str, author: str, licence: str = "CC-BY-SA-3.0") -> Source:
    return Source("blobwars-data", f"{BLOBWARS}/{name}", author, licence)


def _zaz(number: int) -> Source:
    return Source("zaz-data", f"{ZAZ}/mus{number}.ogg", "Leonard Ritter (paniq)", "CC-BY-SA-3.0")


def _lincity(name: str) -> Source:
    path = f"{LINCITY}/{name}.ogg"
    return Source("lincity-ng-data", path, "Robert van Herk", "GPL-2.0-or-later")


def _blupi(number: int) -> Source:
    author = "Daniel Roux, EPSITEC SA & Denis Dumoulin"
    path = f"{BLUPI}/music{number:03}.ogg"
    return Source("planetblupi-music-ogg", path, author, "GPL-3.0-or-later")


def _warzone(number: int) -> Source:
    path = f"{WARZONE}/track{number}.opus"
    return Source("warzone2100-music", path, "Martin Severn", "GPL-2.0-or-later")


LIBRARY = [
    Excerpt("wesnoth/silvan-sanctuary.ogg", "Silvan Sanctuary",
            _wesnoth("silvan_sanctuary", "Mattias Westlund"), 60),
    Excerpt("wesnoth/siege-of-laurelmor.mp3", "Siege of Laurelmor",
            _wesnoth("siege_of_laurelmor", "Doug Kaufman"), 88),
    Excerpt("wesnoth/knolls-of-doldesh.ogg", "The Knolls of Doldesh",
            _wesnoth("knolls", "Timothy Pinkham"), 50),
    Excerpt("wesnoth/nunc-dimittis.flac", "Nunc Dimittis",
            _wesnoth("nunc_dimittis", "Jeremy Nicoll"), 12, 20, 44_100, 1),
    Excerpt("wesnoth/the-deep-path.m4a", "The Deep Path",
            _wesnoth("the_deep_path", "Gianmarco Leone"), 20),
    Excerpt("wesnoth/loyalists.ogg", "Loyalists",
            _wesnoth("loyalists", "Joseph G. Toscano"), 30),
    Excerpt("supertux/forest-dance.ogg", "Forest Dance", _supertux("forest/forest"), 20),
    Excerpt("supertux/ghost-forest.ogg", "Ghost Forest", _supertux("forest/ghostforest"), 30),
    Excerpt("supertux/the-fortress.aiff", "The Fortress", _supertux("castle/fortress"),
            8, 20, 22_050, 1),
    Excerpt("supertux/dark-forest-keep.mp3", "Dark Forest Keep",
            _supertux("castle/darkforestkeep"), 25),
    Excerpt("supertux/credits.ogg", "SuperTux Credits Theme", _supertux("misc/credits"), 40),
    Excerpt("extreme-tux-racer/freezing-point.ogg", "Freezing Point",
            _etr("music/freezingpoint.ogg", "Grady O'Connell"), 30),
    Excerpt("extreme-tux-racer/credits-ballad.m4a", "Credits Ballad",
            _etr("music/credits1-cp.ogg", "Kristian Picon"), 15),
    Excerpt("extreme-tux-racer/calm-race.ogg", "Calm Race",
            _etr("music/calmrace-ks.ogg", "Karl Schroeder"), 30, rate=48_000),
    Excerpt("blob-wars/adventure.ogg", "Adventure",
            _blobwars("cave", "Lennaert van Driel (DJ Sjors)"), 60),
    Excerpt("blob-wars/hub.ogg", "Hub", _blobwars("hub", "Lennaert van Driel (DJ Sjors)"), 90),
    Excerpt("blob-wars/tomb.wav", "Tomb", _blobwars("tomb", "Lennaert van Driel (DJ Sjors)"),
            30, 20, 22_050, 1),
    Excerpt("blob-wars/frustration.mp3", "Frustration",
            _blobwars("biomech", "Dick Huijer (Ambick)"), 70),
    Excerpt("blob-wars/grasslands.ogg", "Grasslands",
            _blobwars("grasslands", "Dick Huijer (Ambick)"), 40),
    Excerpt("blob-wars/desperate.m4a", "Tryout - Desperate",
            _blobwars("arctic", "Sander van Oirschot (SinQ)", "CC-BY-3.0"), 40),
    Excerpt("zaz/randomness-decides.ogg", "Randomness Decides", _zaz(1), 20),
    Excerpt("zaz/contemplation.mp3", "Contemplation", _zaz(2), 60),
    Excerpt("zaz/die-gewalt.ogg", "Die Gewalt", _zaz(3), 40),
    Excerpt("zaz/progression.flac", "Progression", _zaz(4), 20, 20, 44_100, 1),
    Excerpt("lincity/city-blues.ogg", "City Blues",
            _lincity("02 - Robert van Herk - City Blues"), 30),
    Excerpt("lincity/architectural-contemplations.ogg", "Architectural Contemplations",
            _lincity("03 - Robert van Herk - Architectural Contemplations"), 30),
    Excerpt("planet-blupi/music-1.ogg", "Planet Blupi 1", _blupi(1), 80, channels=1),
    Excerpt("planet-blupi/music-4.ogg", "Planet Blupi 4", _blupi(4), 30, channels=1),
    Excerpt("planet-blupi/music-9.wav", "Planet Blupi 9", _blupi(9), 30, 20, 22_050, 1),
    Excerpt("warzone/track-1.ogg", "Track 1", _warzone(1), 60, rate=48_000),
    Excerpt("warzone/track-2.aiff", "Track 2", _warzone(2), 80, 20, 22_050, 1),
    Excerpt("warzone/track-3.ogg", "Track 3", _warzone(3), 60, rate=48_000),
]

#: Recordings of something rubbing on something: stand-ins, none is a brush on a canvas.
PROXIES = [
    ("grass-slide.flac", "a sledge on grass (game sound)",
     _etr("sounds/grass_slide.wav", "Extreme Tux Racer Team")),
    ("rock-slide.flac", "a sledge on rock (game sound)",
     _etr("sounds/rock_slide.wav", "Extreme Tux Racer Team")),
    ("leaves-slide.flac", "a sledge on leaves (game sound)",
     _etr("sounds/leaves_slide.wav", "Extreme Tux Racer Team")),
    ("mousepad-rub.flac", "a microphone rubbed on a mouse pad",
     Source("tuxpaint-plugins-default", f"{TUXPAINT}/blur.wav", "Bill Kendrick",
            "GPL-2.0-or-later")),
    ("glass-rub.flac", "a rubbed glass",
     Source("sonic-pi-samples", f"{SONIC_PI}/ambi_glass_rub.flac", "ani_music", "CC0-1.0")),
    ("vinyl-scratch.flac", "a record scratched under the needle",
     Source("sonic-pi-samples", f"{SONIC_PI}/vinyl_scratch.flac", "hello_flowers", "CC0-1.0")),
]

#: The two pieces of the demonstration music: both GPL, so that their join may carry one licence.
MUSIC_CALM = _wesnoth("transience", "Aleksi Aubry-Carlson")
MUSIC_WILD = _supertux("antarctic/bossattack")


@dataclass(frozen=True)
class Painting:
    """A painting in one of the package's two picture games."""

    out: str
    title: str
    painter: str
    board: int  #: number of the puzzle in `paintings.rcc`; 0 for a whole picture
    picture: str = ""  #: name of a whole picture in `details.rcc`


PAINTINGS = [
    Painting("hokusai-great-wave.jpg", "The Great Wave off Kanagawa (1831)",
             "Katsushika Hokusai (1760-1849)", 7),
    Painting("bruegel-harvesters.jpg", "The Harvesters (1565)",
             "Pieter Bruegel the Elder (c. 1525-1569)", 17),
    Painting("kandinsky-composition-8.jpg", "Composition VIII (1923)",
             "Wassily Kandinsky (1866-1944)", 19),
    Painting("cassatt-summertime.jpg", "Summertime (1894)", "Mary Cassatt (1844-1926)", 21),
    Painting("renoir-moulin-de-la-galette.jpg", "Bal du moulin de la Galette (1876)",
             "Pierre-Auguste Renoir (1841-1919)", 1),
    Painting("arcimboldo-spring.jpg", "Spring (1573)", "Giuseppe Arcimboldo (1526-1593)", 2),
    Painting("hiroshige-inokashira-snow.jpg", "The Benzaiten Shrine at Inokashira in Snow",
             "Utagawa Hiroshige (1797-1858)", 8),
    Painting("bazille-ramparts.jpg", "The Ramparts at Aigues-Mortes (1867)",
             "Frederic Bazille (1841-1870)", 20),
    Painting("van-gogh-night-cafe.jpg", "The Night Cafe (1888)", "Vincent van Gogh (1853-1890)",
             0, "Van_Gogh_The_Night_Cafe_background"),
    Painting("van-gogh-cafe-terrace.jpg", "Cafe Terrace at Night (1888)",
             "Vincent van Gogh (1853-1890)", 0, "Gogh4_background"),
]
