#include "core/band.h"

#include <math.h>

const char *const iem_band_type_names[IEM_BAND_TYPES + 1] = {
	[IEM_PEAKING] = "peaking",     [IEM_LOW_SHELF] = "low-shelf", [IEM_HIGH_SHELF] = "high-shelf",
	[IEM_LOW_PASS] = "low-pass",   [IEM_HIGH_PASS] = "high-pass", [IEM_BAND_PASS] = "band-pass",
	[IEM_NOTCH] = "notch",         [IEM_ALL_PASS] = "all-pass",
};

const char *const iem_side_names[IEM_SIDES + 1] = {
	[IEM_SIDE_BOTH] = "all",
	[IEM_SIDE_LEFT] = "left",
	[IEM_SIDE_RIGHT] = "right",
};

const char *const iem_reference_names[IEM_REFERENCES + 1] = {
	[IEM_REFERENCE_ANALOG] = "analog",
	[IEM_REFERENCE_COOKBOOK_44100] = "cookbook-44100",
	[IEM_REFERENCE_COOKBOOK_48000] = "cookbook-48000",
};

bool iem_band_has_gain(enum iem_band_type type)
{
	return type == IEM_PEAKING || type == IEM_LOW_SHELF || type == IEM_HIGH_SHELF;
}

double iem_reference_rate(enum iem_reference reference)
{
	static const double rates[IEM_REFERENCES] = {
		[IEM_REFERENCE_COOKBOOK_44100] = 44100,
		[IEM_REFERENCE_COOKBOOK_48000] = 48000,
	};

	return rates[reference];
}

enum iem_side iem_side_of_channel(const char *name)
{
	static const struct {
		const char *name;
		enum iem_side side;
	} channels[] = {
		{ "FL", IEM_SIDE_LEFT },   { "FR", IEM_SIDE_RIGHT },   { "SL", IEM_SIDE_LEFT },
		{ "SR", IEM_SIDE_RIGHT },  { "RL", IEM_SIDE_LEFT },    { "RR", IEM_SIDE_RIGHT },
		{ "FLC", IEM_SIDE_LEFT },  { "FRC", IEM_SIDE_RIGHT },  { "RLC", IEM_SIDE_LEFT },
		{ "RRC", IEM_SIDE_RIGHT }, { "FLW", IEM_SIDE_LEFT },   { "FRW", IEM_SIDE_RIGHT },
		{ "FLH", IEM_SIDE_LEFT },  { "FRH", IEM_SIDE_RIGHT },  { "TFL", IEM_SIDE_LEFT },
		{ "TFR", IEM_SIDE_RIGHT }, { "TRL", IEM_SIDE_LEFT },   { "TRR", IEM_SIDE_RIGHT },
		{ "TSL", IEM_SIDE_LEFT },  { "TSR", IEM_SIDE_RIGHT },  { "TFLC", IEM_SIDE_LEFT },
		{ "TFRC", IEM_SIDE_RIGHT }, { "BLC", IEM_SIDE_LEFT },  { "BRC", IEM_SIDE_RIGHT },
		{ "LLFE", IEM_SIDE_LEFT }, { "RLFE", IEM_SIDE_RIGHT },
	};

	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		if (iem_streq(name, channels[i].name))
			return channels[i].side;
	return IEM_SIDE_BOTH;
}

bool iem_side_applies(enum iem_side band, enum iem_side channel)
{
	return band == IEM_SIDE_BOTH || band == channel;
}

/* |H|^2 of the analog prototype at x = (f / f0)^2. */
static double prototype_power(const struct iem_band *band, double x)
{
	const double a = pow(10.0, band->gain_db / 40.0), q2 = band->q * band->q;
	const double one = (1 - x) * (1 - x), den = one + x / q2;
	const double u = (a - x) * (a - x) + a * x / q2;         /* of s^2 + s sqrt(A)/Q + A */
	const double v = (1 - a * x) * (1 - a * x) + a * x / q2; /* of A s^2 + s sqrt(A)/Q + 1 */

	switch (band->type) {
	case IEM_PEAKING:
		return (one + a * a * x / q2) / (one + x / (a * a * q2));
	case IEM_LOW_SHELF:
		return a * a * u / v;
	case IEM_HIGH_SHELF:
		return a * a * v / u;
	case IEM_LOW_PASS:
		return 1 / den;
	case IEM_HIGH_PASS:
		return x * x / den;
	case IEM_BAND_PASS:
		return x / q2 / den;
	case IEM_NOTCH:
		return one / den;
	case IEM_ALL_PASS:
	case IEM_BAND_TYPES:
		break;
	}
	return 1;
}

double iem_band_db(const struct iem_band *band, enum iem_reference reference, double freq_hz)
{
	const double rate = iem_reference_rate(reference);
	double x, power;

	if (rate > 0 && band->freq_hz < rate / 2) {
		/* Above half its rate the reference says nothing; it holds the value it ends with. */
		double ratio = tan(M_PI * fmin(freq_hz / rate, 0.499999)) / tan(M_PI * band->freq_hz / rate);

		x = ratio * ratio;
	} else {
		x = freq_hz / band->freq_hz * (freq_hz / band->freq_hz);
	}
	power = prototype_power(band, x);
	return power > 1e-40 ? 10 * log10(power) : -400;
}

double iem_bands_db(const struct iem_band *bands, size_t n, enum iem_reference reference, double freq_hz)
{
	double db = 0;

	for (size_t i = 0; i < n; i++)
		db += iem_band_db(&bands[i], reference, freq_hz);
	return db;
}
