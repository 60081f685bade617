#include "core/number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>

/* The "C" locale is built in: making it neither allocates nor fails. */
static locale_t plain(void)
{
	return newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

const char *iem_number_text(double value, char buf[IEM_NUMBER_TEXT])
{
	const locale_t before = uselocale(plain());

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(buf, IEM_NUMBER_TEXT, "%.*g", digits, value);
		if (strtod(buf, NULL) == value)
			break;
	}
	/* A thousand comes out as "1e+03": exact too, but nobody writes a frequency like that. */
	if (strchr(buf, 'e') && fabs(value) >= 1 && fabs(value) < 1e7)
		snprintf(buf, IEM_NUMBER_TEXT, "%.1f", value);
	uselocale(before);
	if (!strpbrk(buf, ".e"))
		strcat(buf, ".0");
	return buf;
}

int iem_number_parse(const char *text, double *out)
{
	double value;
	char *end;

	/* strtod also takes leading blanks, hexadecimal, "inf" and "nan". */
	if (strspn(text, "0123456789.eE+-") != strlen(text))
		return -EINVAL;
	value = strtod_l(text, &end, plain());
	if (end == text || *end || !isfinite(value))
		return -EINVAL;
	*out = value;
	return 0;
}
