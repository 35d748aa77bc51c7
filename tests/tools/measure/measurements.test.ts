import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PAGE, writeTable } from '../../../tools/measure/measurements';

const page = readFileSync(PAGE, 'utf8');

const FUNCTIONS = ['first', 'warm', 'memory', 'calls', 'links', 'load', 'relink', 'faults', 'burst'];
const LOAD = ['rates', 'crm-numbers', 'api-numbers', 'outage'];
const OTHERS = ['relink-faults', 'number-forms', 'compile'];

test.each([...FUNCTIONS, ...LOAD, ...OTHERS])('the table %s is filled in', (name) => {
  const [, table] = new RegExp(`<!-- ${name} -->(.*)<!-- /${name} -->`, 's').exec(page) ?? [];
  expect(table?.split('\n').filter((line) => line.startsWith('|')).length).toBeGreaterThan(3);
});

test('the machine is named, and the plots are there', () => {
  expect(page).toMatch(/<!-- machine -->\n\nMeasured with Node /);
  for (const plot of ['first-answer.svg', 'load.svg']) {
    expect(page).toContain(`](${plot})`);
    expect(existsSync(join(dirname(PAGE), plot))).toBe(true);
  }
});

describe('a table', () => {
  const repository = process.cwd();
  let project: string;
  beforeEach(() => {
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
    project = mkdtempSync(join(tmpdir(), 'measurements-'));
    process.chdir(project);
    mkdirSync(dirname(PAGE));
    writeFileSync(PAGE, 'Before\n<!-- calls -->\nold\n<!-- /calls -->\nAfter\n');
  });
  afterEach(() => {
    process.chdir(repository);
    rmSync(project, { recursive: true });
    jest.restoreAllMocks();
  });

  test('takes the place of the one that is there', () => {
    writeTable('calls', ['who', 'ours'], [['a worker', '0']], false);
    expect(readFileSync(PAGE, 'utf8')).toBe(
      'Before\n<!-- calls -->\n\n| who | ours |\n| --- | --: |\n| a worker | 0 |\n\n<!-- /calls -->\nAfter\n',
    );
  });

  test('is only printed if it was measured in short', () => {
    writeTable('calls', ['who'], [['a worker']], true);
    expect(readFileSync(PAGE, 'utf8')).toContain('old');
    expect(console.log).toHaveBeenCalledWith('| who |\n| --- |\n| a worker |\n');
  });

  test('needs its place on the page', () => {
    expect(() => writeTable('links', ['who'], [], false)).toThrow(`${PAGE} has no <!-- links -->`);
  });
});
