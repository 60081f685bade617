"""The profiles that the tests use."""


def peaking(*bands, preamp='"auto"', match=""):
    """Bands as (Hz, dB, Q)."""
    rows = ", ".join(f'{{ type = "peaking"; frequency = {hz:.1f}; gain = {gain:.1f}; q = {q:.1f}; }}' for hz, gain, q in bands)
    return f'earphone = {{ model = "Box"; }};\n{match}eq = {{ preamp = {preamp}; bands = ( {rows} ); }};\n'


TONE = 1000  # Hz

# Does nothing at TONE, so that there the level shows the volume alone.
NARROW = peaking((15000, -6, 8))
# Takes 8 dB away but at 6 kHz, for headroom: at TONE sound is that much louder when it goes.
HEADROOM = peaking((6000, 8, 2))
HEADROOM_DB = -7.9  # at TONE, where the band is not quite over

# Each boosts a tone of its own against the reference, which tells what goes through it.
REFERENCE, HDA_TONE, USB_TONE = 1000, 6000, 3000
BOOST_DB = 12.0
FOR_HDA = peaking((HDA_TONE, BOOST_DB, 4))
BY_USB_IDS = 'match = ( { usb = "46f4:0002"; } );\n'
FOR_USB = peaking((USB_TONE, BOOST_DB, 4), match=BY_USB_IDS)
USB_NARROW = peaking((15000, -6, 8), match=BY_USB_IDS)

def known(db_per_v, hz, gain):
    """An earphone whose level is known, at TONE as without its band."""
    return (f'earphone = {{ impedance = 20.0; sensitivity = {{ value = {db_per_v:.1f}; unit = "dB/V"; }}; }};\n'
            f'eq = {{ bands = ( {{ type = "peaking"; frequency = {hz:.1f}; gain = {gain:.1f}; q = 8.0; }} ); }};\n')


# Full scale behind a source of 1 V; as loud, but with 12 dB less in its chain; and 20 dB louder.
KNOWN_DB = 105.0
KNOWN = known(KNOWN_DB, 15000, -6)
SOFT_CHAIN = known(KNOWN_DB, 8000, 12)
SENSITIVE = known(KNOWN_DB + 20, 15000, -6)


def source(control):
    return ('source = { max_voltage = 1.0; output_impedance = 0.0; };\n'
            f'volume = {{ control = "{control}"; analog = {"true" if control == "Master" else "false"}; }};\n')
