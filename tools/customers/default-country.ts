import { type CountryCode, getCountries, isSupportedCountry } from 'libphonenumber-js';
import { Problem } from '../problem';

/**
 * The country of CRM_DEFAULT_COUNTRY, in any case.
 *
 * @throws Problem if it is not the ISO code of a country, with the code of the country that it names otherwise: GB for UK
 */
export function readDefaultCountry({
  CRM_DEFAULT_COUNTRY = '',
}: {
  CRM_DEFAULT_COUNTRY?: string;
}): CountryCode | undefined {
  const country = CRM_DEFAULT_COUNTRY.trim().toUpperCase();
  if (!country) return undefined;
  if (isSupportedCountry(country)) return country;
  const meant = getCountries().find((code) => namesOf(code).includes(country));
  throw new Problem(
    `CRM_DEFAULT_COUNTRY in .env is not a country: give its ISO code, ${meant ?? 'such as US'}`,
  );
}

function namesOf(code: CountryCode): string[] {
  return (['short', 'long'] as const).map((style) =>
    String(new Intl.DisplayNames('en', { type: 'region', style }).of(code)).toUpperCase(),
  );
}
