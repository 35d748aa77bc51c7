import examples from 'libphonenumber-js/examples.mobile.json';
import { type CountryCode, getCountries, getExampleNumber, type PhoneNumber } from 'libphonenumber-js/max';
import { CRM_NAMES, fakeCrm } from '../../fakes/fake-crms';
import { readFlagsOrExit } from '../../read-flags';
import { buildOrExit } from '../build-or-exit';
import { writeTable, writeText } from '../measurements';
import { loadMapping } from './mapping';
import { strangersTo } from './strangers';
import { WRITTEN_FORMS, type WrittenForm } from './written-forms';

const USAGE = `npm run number-forms [-- --short]

Has each CRM look for the example mobile number of each country, written in each way, among people with numbers that are
nearly the same, and counts who is found, in docs/measurements.md.

  --short  tries a few countries, and leaves that page alone
  --help   shows this`;

const flags = readFlagsOrExit(USAGE, ['short']);
const SHORT: CountryCode[] = ['US', 'FR', 'DE', 'GB', 'IT', 'AR', 'BR', 'MX', 'RU', 'IN', 'CI'];
const SOURCES = CRM_NAMES.filter((name) => fakeCrm(name).hasTypedNumbers);
/** More are not listed one by one. */
const MISSED_MAX = 30;
const ADA = { id: 'ada', firstName: 'Ada', lastName: 'Okafor' };

/** What was counted of a form in a CRM. */
interface Count {
  tried: number;
  found: number;
  /** The countries whose number was not found. */
  missed: string[];
}

async function run() {
  await buildOrExit();
  // An ambiguity, which the mapping warns of, counts as not found.
  console.warn = () => undefined;
  const mapping = await loadMapping();
  const numbers = (flags.short ? SHORT : getCountries()).flatMap(
    (country) => getExampleNumber(country, examples) ?? [],
  );
  const counts = new Map<string, Count>();
  const countOf = ({ name }: WrittenForm, source: string): Count => {
    const key = `${name} ${source}`;
    const count = counts.get(key) ?? { tried: 0, found: 0, missed: [] };
    counts.set(key, count);
    return count;
  };
  const wrong: string[] = [];

  for (const source of SOURCES) {
    for (const number of numbers) {
      const strangers = strangersTo(number);
      const twilioNumber = twilioNumberIn(number);
      const find = () => mapping.find(source, number.number, twilioNumber);
      mapping.know(...strangers);
      if (await find()) wrong.push(`${source} ${number.country}, without who has it`);
      for (const form of WRITTEN_FORMS) {
        const phone = form.write(number);
        if (phone === undefined || (form.only ?? source) !== source) continue;
        mapping.know({ ...ADA, phone }, ...strangers);
        const found = await find();
        const count = countOf(form, source);
        count.tried++;
        if (found === ADA.id) count.found++;
        else count.missed.push(number.country ?? '');
        if (found && found !== ADA.id) wrong.push(`${source} ${number.country}, ${form.name}`);
      }
    }
  }
  mapping.close();

  const [us] = numbers.filter(({ country }) => country === 'US');
  const [fr] = numbers.filter(({ country }) => country === 'FR');
  const rows = WRITTEN_FORMS.map((form) => [
    form.name,
    `\`${(us && form.write(us)) ?? (fr && form.write(fr)) ?? ''}\``,
    ...SOURCES.map((source) => {
      const { found, tried } = countOf(form, source);
      return tried > 0 ? `${found} of ${tried}` : '';
    }),
  ]);
  const wrongRow = SOURCES.map((source) => String(wrong.filter((line) => line.startsWith(source)).length));
  writeTable(
    'number-forms',
    ['written', 'such as', ...SOURCES.map((source) => fakeCrm(source).crm)],
    [...rows, ['**wrong matches**', '', ...wrongRow]],
    flags.short,
  );
  const missed = WRITTEN_FORMS.flatMap((form) =>
    SOURCES.flatMap((source) => {
      const { missed } = countOf(form, source);
      const countries = missed.length > MISSED_MAX ? `${missed.length} countries` : missed.join(', ');
      return missed.length > 0 ? `- ${form.name}, ${fakeCrm(source).crm}: ${countries}` : [];
    }),
  );
  writeText('number-forms-missed', missed.join('\n') || 'All were found.', flags.short);
  for (const line of wrong) console.error(`wrong match: ${line}`);
  if (wrong.length > 0) process.exitCode = 1;
}

/** A number of the same country that is Twilio's. */
function twilioNumberIn({ number }: PhoneNumber): string {
  return number.slice(0, -1) + ((Number(number.slice(-1)) + 5) % 10);
}

run();
