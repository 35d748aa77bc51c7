import examples from 'libphonenumber-js/examples.mobile.json';
import { type CountryCode, getExampleNumber } from 'libphonenumber-js/max';
import { readNumbers } from '../../../../assets/phone-numbers.private';
import { strangersTo } from '../../../../tools/measure/number-forms/strangers';
import { WRITTEN_FORMS } from '../../../../tools/measure/number-forms/written-forms';

const exampleOf = (country: CountryCode) => getExampleNumber(country, examples) ?? fail();
const written = (country: CountryCode) =>
  Object.fromEntries(WRITTEN_FORMS.map(({ name, write }) => [name, write(exampleOf(country))]));

test('numbers are written as people in a country do', () => {
  expect(written('FR')).toMatchObject({
    'E.164': '+33612345678',
    'international, with hyphens': '+33-6-12-34-56-78',
    'after 011': '01133612345678',
    'country code and (0)': '+33 (0)6 12 34 56 78',
    'national, with dots': '06.12.34.56.78',
    'national, no trunk prefix': '612345678',
    'a numeric field, national': 612345678,
  });
  const { 'country code and (0)': zero, 'national, no trunk prefix': trunk, ...us } = written('US');
  expect([zero, trunk]).toEqual([undefined, undefined]);
  expect(us).toMatchObject({ 'national, in parentheses': '(201) 555-0123' });
});

test.each(['US', 'FR', 'AR', 'BR', 'CI'] as const)('no stranger in %s has the number', (country) => {
  const { number } = exampleOf(country);
  const strangers = strangersTo(exampleOf(country));
  expect(strangers.length).toBeGreaterThan(10);
  expect(strangers.flatMap(({ phone }) => readNumbers(String(phone), undefined, number))).not.toContain(
    number,
  );
});

function fail(): never {
  throw new Error('no example');
}
