import { readdirSync } from 'node:fs';
import { readSettings, type Setting } from '../../assets/crm-settings.private';

const described: Record<string, Setting> = {
  URL_OF_IT: { is: 'the URL', example: 'https://example.com', required: true, format: 'url' },
  VERSION: { is: 'the version', example: '60.0', default: '60.0', format: /^\d+\.0$/ },
  TABLE: { is: 'the table', example: 'Customers' },
};
const read = (environment: Record<string, string>) => readSettings(described, environment);

test('settings are trimmed, and have their defaults', () => {
  const environment = { URL_OF_IT: ' https://example.com/a ', TABLE: ' ', OTHER: 'x' };
  expect(read(environment)).toEqual({
    URL_OF_IT: 'https://example.com/a',
    VERSION: '60.0',
    TABLE: undefined,
  });
});

test('each setting that is missing or malformed is named, with how to write it, and without what it is', () => {
  expect(() => read({ VERSION: 'secret' })).toThrow(
    'URL_OF_IT is not set; VERSION is malformed: write it like 60.0',
  );
});

test.each(['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:1', 'https://example.com'])(
  '%s may be a URL of a CRM',
  (URL_OF_IT) => {
    expect(read({ URL_OF_IT })).toMatchObject({ URL_OF_IT });
  },
);

test.each(['example.com', 'http://example.com', 'ftp://localhost', 'http://localhost.example.com'])(
  '%s may not be a URL of a CRM',
  (URL_OF_IT) => {
    expect(() => read({ URL_OF_IT })).toThrow('URL_OF_IT has to be a URL that starts with https://');
  },
);

test.each(readdirSync('assets/crm'))(
  '%s describes its settings with examples that it takes',
  async (file) => {
    const { settings = {} } = await import(`../../assets/crm/${file.replace('.ts', '')}`);
    const examples = Object.entries<Setting>(settings).map(([name, { example }]) => [name, example]);
    expect(readSettings(settings, Object.fromEntries(examples))).toEqual(Object.fromEntries(examples));
  },
);
