import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type ReadingSettings, readCustomersFile } from '../../../../tools/customers/read-customers';
import { randomText } from '../../../../tools/measure/faults/random-text';
import { Problem } from '../../../../tools/problem';

const folder = mkdtempSync(join(tmpdir(), 'csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = async (content: string | Buffer, settings: ReadingSettings = {}) => {
  const file = join(folder, 'customers.csv');
  writeFileSync(file, content);
  return readCustomersFile(file, { CUSTOMERS_MAX_UNUSABLE: '100%', ...settings });
};
const rows = (...lines: string[]) => lines.join('\r\n');
const addresses = async (content: string | Buffer, settings: ReadingSettings = {}) =>
  Object.fromEntries(
    (await read(content, settings)).customers.map(({ key, customer_id }) => [key, customer_id]),
  );
const warnings = async (content: string | Buffer, settings: ReadingSettings = {}) =>
  (await read(content, settings)).warnings;

test.each([
  ['in any case and order', rows('PHONE,name,Id', '+14155550147,Ada,1')],
  ['in one word', rows('CONTACTID,FIRSTNAME,MOBILEPHONE', '1,Ada,+14155550147')],
  ['as programs name them', rows('customer_id|display_name|phone_number', '1|Ada|+14155550147')],
  ['after a line that names the delimiter', rows('sep=;', 'ID;Name;Phone', '1;Ada;+14155550147')],
  ['in quotes, with spaces after the commas', rows('"ID", "Name", "Phone"', '"1", "Ada", "+14155550147"')],
  ['after empty rows', rows('', ',,', 'ID,Name,Phone', '1,Ada,+14155550147')],
])('columns are recognised by their headers %s', async (_name, content) => {
  expect(await read(content)).toMatchObject({
    customers: [{ key: '+14155550147', customer_id: '1', display_name: 'Ada' }],
    warnings: [],
  });
});

test.each([
  'Assistant Phone',
  'Company Main Phone',
  'Manager Phone',
  'Home Fax',
  'Phone Type',
  'Phone 1 - Label',
  'Secondary Contact Phone',
  'Other Person Phone',
  'Other Business Contact Phone',
  'Contact 2 Phone',
  'Mobile Person 2',
  'Phone Contact 2',
  'Customer 3 Mobile',
  'Asst Phone',
  'Constructor',
])('the column %s is nobody’s own number', async (header) => {
  const content = rows(`ID,Name,Phone,${header}`, '1,Ada,+14155550147,+14155550148');
  expect(await addresses(content)).toEqual({ '+14155550147': '1' });
});

test.each([
  ...['Telefon', 'Mobil', 'Teléfono', 'Móvil', 'telephone1', 'mobilephone', 'Phone1', 'cellphone'],
  ...['Mobile No.', 'Other Phone', 'Cell Phone', 'Contact Phone 2', 'Contact 1 Phone', 'Tel', 'Tel.'],
  ...['Person Account: Mobile', 'Telefonnummer', 'Handynummer'],
])('the column %s is one of numbers beside one of e-mail addresses', async (header) => {
  const content = rows(`contactid,fullname,emailaddress1,${header}`, '1,Ada,ada@example.com,+14155550147');
  expect(await addresses(content)).toEqual({ '+14155550147': '1', 'email:ada@example.com': '1' });
});

test.each(['E-Mail-Adresse', 'Correo electrónico', 'Person Account: Email', 'E-mail'])(
  'the column %s is one of e-mail addresses',
  async (header) => {
    const content = rows(`ID,Name,${header}`, '1,Ada,ada@example.com');
    expect(await addresses(content)).toEqual({ 'email:ada@example.com': '1' });
  },
);

test.each(['Person 2 Email', 'Email Customer 2', 'Assistant Email'])(
  'the column %s is nobody’s own e-mail address',
  async (header) => {
    const content = rows(`ID,Name,Phone,${header}`, '1,Ada,+14155550147,ada@example.com');
    expect(await addresses(content)).toEqual({ '+14155550147': '1' });
  },
);

test.each([
  'ID,Name,Phone,Name,Phone',
  'ID,Phone,Name,Phone,Name',
  'ID,Name,Phone,Name 2,Phone 2',
  'ID,Name,Phone,Name.1,Phone.1',
  'ID,First Name,Phone,First Name,Phone',
])('whoever is second in a row is not read, and that is said: %s', async (headers) => {
  const cells = headers
    .split(',')
    .map((header, i) => (header.startsWith('Phone') ? `+1415555010${i}` : `C${i}`));
  const { customers, warnings } = await read(rows(headers, cells.join()));
  expect(customers.map(({ key }) => key)).toEqual([cells.find((cell) => cell.startsWith('+'))]);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^1 column to look at: of a second person in a row, so that they are not read: Phone/,
    ),
  ]);
});

test('a second line of a name is no second person', async () => {
  const content = rows('No.,Name,Name 2,Phone No.,Mobile Phone No.', '1,Ada,,+14155550147,+14155550148');
  expect(Object.keys(await addresses(content, { CSV_ID_COLUMN: 'No.' }))).toHaveLength(2);
});

test.each(['Label', 'Type'])('a %s says that a number is not the customer’s own', async (label) => {
  const headers = [1, 2, 3].map((i) => `Phone ${i} - ${label},Phone ${i} - Value`);
  const content = rows(
    `ID,Name,${headers}`,
    '1,Ada,Mobile,+14155550147,Assistant,+14155550148,Work Fax,+14155550149',
  );
  expect(await addresses(content)).toEqual({ '+14155550147': '1' });
  expect(await warnings(content)).toEqual([
    expect.stringMatching(/^2 addresses left out: the number of somebody else, or of a fax/),
  ]);
});

test.each([
  'Phone Number 2,Phone Type 2',
  'Phone 2,Phone Type 2',
  'Phone Number 2,Phone 2 Type',
  'Phone 2 Number,Phone 2 Type',
  'Phone 2 - Number,Phone 2 - Kind',
  'Telefon 2,Telefon 2 Art',
  'Secondary Phone Number,Secondary Phone Type',
  'Phone2,Phone2Type',
  'Work Phone,WORKPHONETYPE',
  'Phone,Phone Type',
])('a second number and its label are found by their headers: %s', async (second) => {
  const headers = second.startsWith('Phone,') ? second : 'Phone,Phone Type';
  const content = rows(`ID,Name,${headers},${second}`, '1,Ada,+14155550147,Mobile,+14155550148,Spouse');
  expect(await addresses(content)).toEqual({ '+14155550147': '1' });
});

test.each([
  ['phone,phonetype', '+14155550148,Fax'],
  ['Phone,Phone Type,Phone Number,Phone Type', '+14155550148,Fax,+14155550147,Mobile'],
  ['Phone,Phone,Phone Type,Phone Label', '+14155550148,+14155550149,Mobile,Assistant'],
  ['Phone Type,Phone,Phone Type,Phone', 'Fax,+14155550148,Mobile,+14155550147'],
  ['Phone,Phone Type,Phone,Phone Type', '+14155550148,Fax,+14155550147,Mobile'],
])('of %s, each number has its own label', async (headers, cells) => {
  const content = rows(`id,name,mobile,${headers}`, `1,Ada,+14155550147,${cells}`);
  expect(await addresses(content)).toEqual({ '+14155550147': '1' });
});

test('what is said of a customer, or in notes, says nothing of a number', async () => {
  const content = rows(
    'ID,Name,Contact Number,Contact Kind,Type,Mobile,Mobile Notes,Mobile Owner',
    '1,Ada,+14155550148,Partner,Partner,+14155550147,partner of Bob; her wife calls,Account Manager',
  );
  const named = { CSV_PHONE_COLUMN: 'Contact Number, Mobile' };
  expect(Object.keys(await addresses(content, named))).toHaveLength(2);
});

test.each([
  '+14155550147, assistant Jo: +14155550148, Fax: +14155550149',
  '+14155550147; +14155550150 (his wife)',
  'Fax +14155550148|+14155550147',
  '+14155550147, +14155550148 (wrong number)',
  '+14155550147, Faxnummer: +14155550148',
  '+14155550147; +14155550148 (esposa)',
])('words in a cell say that a number is not the customer’s own: %s', async (cell) => {
  const content = rows('ID,Name,Phone', `1,Ada,"${cell}"`);
  expect(await addresses(content)).toEqual({ '+14155550147': '1' });
  expect(await warnings(content)).toEqual([expect.stringMatching(/left out: the number of somebody else/)]);
});

test.each(['/', 'oder', 'und', 'or', '&'])(
  'two numbers with country codes and %s between them are two',
  async (between) => {
    const content = rows('ID,Name,Phone', `1,Ada,+14155550147 ${between} +44 7700 900123`);
    expect(await addresses(content)).toEqual({ '+14155550147': '1', '+447700900123': '1' });
  },
);

test('a record that has been deleted in the CRM is left out', async () => {
  const content = rows(
    'Id,IsDeleted,Name,Phone',
    ...['003A,false,Ada,+14155550147', '003B,true,Ada,+14155550147', '003C,1,Cy,+14155550148'],
  );
  expect(await addresses(content)).toEqual({ '+14155550147': '003A' });
  expect(await warnings(content)).toEqual(['2 rows left out: deleted in the CRM: row 3; row 4']);
});

test('another column with IDs is said, unless one is named', async () => {
  const content = rows('Record ID,Name,Phone,Customer ID', '501,Ada,+14155550147,9001');
  expect(await addresses(content)).toEqual({ '+14155550147': '9001' });
  expect(await warnings(content)).toEqual([
    '1 column to look at: with IDs, beside Customer ID, by which customers are linked unless CSV_ID_COLUMN in .env names another one: Record ID',
  ]);
  expect(await warnings(content, { CSV_ID_COLUMN: 'Record ID' })).toEqual([]);
});

test('a note on somebody else between numbers may be about any of them', async () => {
  const content = rows('ID,Name,Phone,Email', '1,Ada,"assistant Jo, +14155550148",assistant@example.com');
  expect(await addresses(content)).toEqual({ 'email:assistant@example.com': '1' });
});

test.each(['2023-2024 revenue', 'Visits @ shop', '2024'])('the header %s is one', async (header) => {
  const content = rows(`ID,Name,Phone,${header}`, '1,Ada,+14155550147,5');
  expect(await addresses(content)).toEqual({ '+14155550147': '1' });
});

test.each([
  [`'ID','Name','Phone'`, `'C-1','Ada','+14155550147'`],
  ['“ID”,“Name”,“Phone”', '“C-1”,“Ada”,“+14155550147”'],
])('cells in quotes that are none in CSV are refused: %s', async (...content) => {
  await expect(read(rows(...content))).rejects.toThrow(/^has cells in quotation marks that are none in CSV/);
});

test('the second of two exports in one file is read if it has the same headers', async () => {
  const headers = 'ID,Name,Phone,Assistant Phone';
  const ada = '1,Ada,+14155550147,+14155550100';
  expect(await read(rows(headers, ada, headers, '2,Ben,+14155550148,'))).toMatchObject({
    customers: [{ customer_id: '1' }, { customer_id: '2' }],
    warnings: ['1 row left out: the headers again: row 3'],
  });
  const others = ['ID,Name,Assistant Phone,Phone', '2,Ben,+14155550101,+14155550148'];
  await expect(read(rows(headers, ada, ...others))).rejects.toThrow(
    /^row 3: headers again, and in another order/,
  );
});

test('headers may be in brackets', async () => {
  expect(await addresses(rows('[ID],[Name],[Phone]', '1,Ada,+14155550147'))).toEqual({ '+14155550147': '1' });
});

test('a header that .env names may be there several times, and its accents be written in another way', async () => {
  const content = rows(
    'ID,Name,Mo\u0301vil priv,Mo\u0301vil priv',
    '1,Ada,+34612345678,',
    '2,Ben,,+34612345679',
  );
  expect(await addresses(content, { CSV_PHONE_COLUMN: 'Móvil priv' })).toEqual({
    '+34612345678': '1',
    '+34612345679': '2',
  });
  const two = rows('ID,Name,Phone,Name,Phone', '1,Ada,+14155550147,Ben,+14155550148');
  const { customers } = await read(two, { CSV_PHONE_COLUMN: 'Phone', CSV_NAME_COLUMN: 'Name' });
  expect(customers).toEqual([{ key: '+14155550147', customer_id: '1', display_name: 'Ada' }]);
});

test('a row of data in place of the headers is not shown', async () => {
  for (const row of ['1001,Ada Okafor,Mobile,', 'C-1001,Ada Okafor,Mobile,']) {
    const error = await read(rows(row, '1002,Ben,Mobile,+14155550147')).catch(String);
    expect(error).toContain('has no column with IDs');
    expect(error).not.toContain('Ada');
  }
});

test('columns with other headers are named in .env', async () => {
  const content = rows(
    'Nr.,Vorname,Nachname,"Handy, privat",Post,Bild',
    '1,Ada,Okafor,+14155550147,a@b.c,/a.png',
  );
  const settings = {
    CSV_ID_COLUMN: 'nr.',
    CSV_NAME_COLUMN: 'Vorname, Nachname',
    CSV_PHONE_COLUMN: 'Handy, privat',
    CSV_EMAIL_COLUMN: 'Post',
    CSV_AVATAR_COLUMN: 'Bild',
  };
  const ada = { customer_id: '1', display_name: 'Ada Okafor', avatar: '/a.png' };
  expect((await read(content, settings)).customers).toEqual([
    { key: '+14155550147', ...ada },
    { key: 'email:a@b.c', ...ada },
  ]);
  const twoPhones = { ...settings, CSV_PHONE_COLUMN: 'Nr., Handy, privat' };
  expect((await read(content, twoPhones)).customers).toHaveLength(2);
  await expect(read(content, { ...settings, CSV_ID_COLUMN: 'Post, Nr.' })).rejects.toThrow(
    'CSV_ID_COLUMN in .env names 2 columns, and has to name one',
  );
  await expect(read(content, { ...settings, CSV_PHONE_COLUMN: 'Handy' })).rejects.toThrow(
    'has no column "Handy", which CSV_PHONE_COLUMN in .env names; there are: Nr., Vorname',
  );
});

test.each([
  ['Vorname,Nachname', 'Änne,Groß', 'Änne Groß'],
  ['Nombre,Apellidos', 'Inés,García López', 'Inés García López'],
])('the columns %s are those of a name', async (headers, cells, name) => {
  const { customers } = await read(rows(`ID,${headers},Phone`, `1,${cells},+14155550147`));
  expect(customers).toEqual([{ key: '+14155550147', customer_id: '1', display_name: name }]);
});

test('a file without a known column of names says how to name it', async () => {
  const content = rows('ID,Prénom,Phone', '1,Ada,+14155550147');
  expect(await warnings(content)).toEqual([
    '1 column to look at: the one with names, which no header tells: name it by CSV_NAME_COLUMN in .env: ID, Prénom, Phone',
    expect.stringMatching(/no name/),
  ]);
  expect(await warnings(content, { CSV_NAME_COLUMN: 'Prénom' })).toEqual([]);
});

test('an ID column whose header has a comma in it is named as it is', async () => {
  const content = rows('ID,"Name, ID",Phone', '1,C-1,+14155550147');
  expect(await addresses(content, { CSV_ID_COLUMN: 'Name, ID' })).toEqual({ '+14155550147': 'C-1' });
});

test('headers that nobody would read are not printed as a whole', async () => {
  const error = await read(`Name,Phone,${'x'.repeat(3_000_000)},${'y,'.repeat(10_000)}`).catch(String);
  expect(error).toMatch(/there are: Name, Phone, x{60}…, y, .* and [\d,]+ more$/);
  expect(String(error).length).toBeLessThan(1000);
});

test('a file of headers alone is said to have no customers', async () => {
  for (const content of ['ID,Name,Phone', 'ID,Name,Phone\n,,\n']) {
    await expect(read(content)).rejects.toThrow('has headers, and no customers below them');
  }
});

test.each([
  ['no IDs', 'Name,Phone', 'has no column with IDs'],
  ['no addresses', 'ID,Name,Fax', 'has no column with phone numbers or e-mail addresses'],
])('a file with %s is refused', async (_name, headers, reason) => {
  await expect(read(rows(headers, '1,2,3'))).rejects.toThrow(reason);
});

test.each([
  '1,Ada,tel:+1-415-555-0147',
  '1,Ada,0415/5550147',
  '1,Ada,+14155550147',
  '1,Ada,ada@example.com',
  '1,Ada,(415) 555-0147',
  '1,Ada',
  'C-1,Ada,Okafor,Example Ltd',
])('a file without headers is refused, and nothing of it is shown: %s', async (row) => {
  const settings = { CSV_ID_COLUMN: 'Number' };
  const error = await read(rows(row, '2,Luca,+14155550101'), settings).catch(String);
  expect(error).toContain('has no headers');
  expect(error).not.toMatch(/Ada|555|example/);
});

describe('a cell', () => {
  test.each([
    ['+1 415 555 0147, +1 415 555 0148', ['+14155550147', '+14155550148']],
    ['+1 415 555 0147 ::: +1 415 555 0148', ['+14155550147', '+14155550148']],
    ['+1 415 555 0147;+1 415 555 0148', ['+14155550147', '+14155550148']],
    ['+1 415 555 0147\n+1 415 555 0148', ['+14155550147', '+14155550148']],
    ["'+14155550147", ['+14155550147']],
    ['=""+14155550147""', ['+14155550147']],
    ['+14155550147;ext=12', ['+14155550147']],
    ['+14155550147,,4791234567#', ['+14155550147']],
    ['+14155550147,4791234567#', ['+14155550147']],
    ['+14155550147,,4791234567', ['+14155550147']],
    ['+14155550147,,+14155550148', ['+14155550147', '+14155550148']],
    ['0171/5550147', ['+491715550147']],
  ])('%j has these numbers', async (cell, numbers) => {
    const content = rows('ID,Name,Phone', `1,Ada,"${cell}"`);
    expect(Object.keys(await addresses(content, { CRM_DEFAULT_COUNTRY: 'DE' }))).toEqual(numbers);
    expect(await warnings(content, { CRM_DEFAULT_COUNTRY: 'DE' })).toEqual([]);
  });

  test('has e-mail addresses with or without names', async () => {
    const cell = 'Okafor, Ada <ada@example.com>, ""Ada"" <ada.o@example.com>';
    const content = rows(
      'ID,Name,Email',
      `1,Ada,"${cell}"`,
      '2,Eve,mailto:eve@example.com; eve.b@example.com',
    );
    expect(await addresses(content)).toEqual({
      'email:ada.o@example.com': '1',
      'email:ada@example.com': '1',
      'email:eve.b@example.com': '2',
      'email:eve@example.com': '2',
    });
  });

  test('that Excel has shortened is left out, and said', async () => {
    expect(
      await warnings(
        rows('ID,Name,Phone', '1,Ada,3.36796E+10', '2,Luca,"3,36796E+10"', '3.36796E+10,Eve,+14155550147'),
      ),
    ).toEqual([
      expect.stringMatching(
        /^2 addresses left out: a number that Excel has shortened.*: row 2 \(customer_id "1"\), Phone; row 3 \(customer_id "2"\), Phone$/,
      ),
      '2 customers left out: no address that can be used: row 2 (customer_id "1"); row 3 (customer_id "2")',
      '1 customer left out: an ID that Excel has shortened, such as 3.36796E+10: use the file as it was exported: row 4',
    ]);
  });
});

test.each([
  ...['#N/A', '#REF!', '#NAME?', '#VALUE!', '#NULL!', '#DIV/0!', 'NULL', 'null', 'undefined'],
  ...['#NV', '#BEZUG!', '#N/D', '#¡DIV/0!', '#ERROR!', '#SPILL!', 'Err:502', '########', 'NA', '\\N'],
  ...['(null)', '[NULL]', '<null>', '(blank)', '?', 'true', 'False', 'TBD', 'Loading...', '0', '-1', '0.0'],
  ...['000000000000000', '00000000-0000-0000-0000-000000000000'],
])('the ID %s is none', async (id) => {
  expect(await warnings(rows('ID,Name,Phone', `${id},Ada,+14155550147`))).toEqual([
    '1 customer left out: an ID that is an error or an empty value of a spreadsheet or a program: row 2',
  ]);
});

test('an ID that begins like an error, or like an empty value, is one', async () => {
  for (const id of ['#1001', 'C-0', 'NA-1', '0-1', 'T1']) {
    expect(await warnings(rows('ID,Name,Phone', `${id},Ada,+14155550147`))).toEqual([]);
  }
});

test.each([
  ['Indonesian', '628121234567.0', '+628121234567', undefined],
  ['of two decimals', '628121234567.00', '+628121234567', undefined],
  ['with a plus', '+628121234567.0', '+628121234567', undefined],
  ['of North America', '14155550147.0', '+14155550147', undefined],
  ['national', '8121234567.0', '+628121234567', 'ID'],
  ['national, with a zero that got lost', '30123456.0', '+4930123456', 'DE'],
])('a number that a program has kept as floating point is read: %s', async (_name, cell, key, country) => {
  const content = rows('ID,Name,Phone', `1,Ada,${cell}`);
  expect(await addresses(content, { CRM_DEFAULT_COUNTRY: country })).toEqual({ [key]: '1' });
});

test('a formula is nobody’s ID, and nobody’s name', async () => {
  const link = '"=HYPERLINK(""https://example.com/1"",""123"")"';
  const text = `"=${'""3""'}"`;
  const content = rows(
    'ID,Name,Phone',
    `${link},Ada,+14155550147`,
    `2,${link},+14155550148`,
    `${text},Eve,+14155550149`,
  );
  expect(await read(content)).toMatchObject({
    customers: [
      { key: '+14155550148', customer_id: '2' },
      { key: '+14155550149', customer_id: '3' },
    ],
    warnings: [
      '1 customer left out: an ID that is a formula: save the file with the values of formulas: row 2',
      '1 name or avatar to look at: no name: workers see the address: row 3 (customer_id "2")',
    ],
  });
});

test.each(['C-\n1', 'C-\r1', 'C-\u00001', 'C-\u20281'])('the ID %j is none', async (id) => {
  const content = rows('Name,Phone,ID', `Ada,+14155550147,"${id}"`, 'Eve,+14155550148,2');
  expect(await read(content)).toMatchObject({
    customers: [{ key: '+14155550148', customer_id: '2' }],
    warnings: ['1 customer left out: an ID with a line break, or another control character, in it: row 2'],
  });
});

test.each(['n/a', 'N/A', '-', '--', 'none', 'Unknown', 'null', '#N/A'])(
  'the number %s is none, and needs no fixing',
  async (cell) => {
    const content = rows('ID,Name,Phone,Email', `1,${cell},${cell},ada@example.com`);
    expect(await read(content)).toMatchObject({
      customers: [{ key: 'email:ada@example.com', customer_id: '1' }],
      warnings: [expect.stringMatching(/no name/)],
    });
  },
);

test.each([
  ['Ada,Null', 'Ada Null'],
  ['Ada,#N/A', 'Ada'],
  ['n/a,Okafor', 'Okafor'],
  ['Ada,(null)', 'Ada'],
  ['Ada,\\N', 'Ada'],
  ["Gerard,'t Hooft", "Gerard 't Hooft"],
  ["'Jo,'Okafor", 'Jo Okafor'],
])('of the names %s, %s is shown', async (names, display_name) => {
  const content = rows('ID,First Name,Last Name,Phone', `1,${names},+14155550147`);
  expect(await read(content)).toMatchObject({ customers: [{ display_name }] });
});

test('an ID that pandas has made a number with a fraction is what it was', async () => {
  expect(await addresses(rows('ID,Name,Phone', '1001.0,Ada,+14155550147'))).toEqual({
    '+14155550147': '1001',
  });
});

test('a company is shown for whoever has no name, and for nobody else', async () => {
  const content = rows(
    'ID,Company,First Name,Last Name,Phone',
    '1,Example Ltd,Ada,,+14155550147',
    '2,Example Ltd,,,+14155550148',
  );
  const names = (await read(content)).customers.map(({ display_name }) => display_name);
  expect(names).toEqual(['Ada', 'Example Ltd']);
});

test('an ID that Excel may have rounded is said, and left out if several people have it', async () => {
  const one = rows('ID,Name,Phone', '4876876000000010000,Ada,+14155550147');
  const rounded =
    /^1 ID to look at: Excel may have rounded it.*: row 2 \(customer_id "4876876000000010000"\)$/;
  expect(await read(one)).toMatchObject({
    customers: [{ key: '+14155550147' }],
    warnings: [expect.stringMatching(rounded)],
  });
  expect(await read(rows(one, '4876876000000010000,Eve,+14155550148'))).toMatchObject({
    customers: [],
    warnings: [expect.stringMatching(/^1 customer left out: an ID that Excel has rounded.*: row 3 /)],
  });
  expect(await warnings(rows('ID,Name,Phone', '100000000000000,Ada,+14155550147'))).toEqual([]);
});

test.each([
  ...['1234567890123450', '12345678901234500', '554023000000527000', '4876876000000010000'],
  // As JavaScript and pandas round 4876876000000624001.
  ...['4876876000000625000', '4876876000000624640'],
])('the ID %s of two people is left out, with a name or without', async (id) => {
  const named = rows('ID,Name,Phone', `${id},Ada,+14155550147`, `${id},Ben,+14155550102`);
  expect((await read(named)).customers).toEqual([]);
  const nameless = rows('ID,Phone', `${id},+14155550147`, `${id},+14155550102`);
  expect((await read(nameless)).customers).toEqual([]);
  const twice = rows('ID,Name,Phone', `${id},Ada,+14155550147`, `${id},Ada,+14155550102`);
  expect((await read(twice)).customers).toHaveLength(2);
});

test('IDs that end in zeros by chance, among others that do not, are not said', async () => {
  const content = rows(
    'ID,Name,Phone',
    '1234567890123450,Ada,+14155550147',
    '1234567890123451,Ben,+14155550102',
  );
  expect(await warnings(content)).toEqual([]);
});

test('IDs that Excel has rounded are said beside one that was not in Excel', async () => {
  const content = rows(
    'ID,Name,Phone',
    ...Array.from({ length: 9 }, (_, i) => `48768760000000${i + 1}0000,Ada ${i},+1415555020${i}`),
    '4876876000001234567,Zoe,+14155550147',
  );
  expect(await warnings(content)).toEqual([
    expect.stringMatching(/^9 IDs to look at: Excel may have rounded/),
  ]);
});

test('an ID that several names have shows none of them, and counts as what cannot be used', async () => {
  const people = Array.from({ length: 40 }, (_, i) => `C-${i},Person ${i},+14155551${100 + i}`);
  const two = rows('ID,Name,Phone', ...people, 'H-1,Ada Okafor,+14155550147', 'H-1,Ben Lee,+14155550148');
  const { customers, warnings } = await read(two, { CUSTOMERS_MAX_UNUSABLE: undefined });
  expect(customers.filter(({ customer_id }) => customer_id === 'H-1')).toEqual([
    { key: '+14155550147', customer_id: 'H-1' },
    { key: '+14155550148', customer_id: 'H-1' },
  ]);
  expect(warnings).toEqual([
    '1 name or avatar to look at: of an ID that several names have, so that none of them is shown: row 43 (customer_id "H-1")',
  ]);
  const country = rows('Country,Name,Phone', ...people.map((row) => row.replace(/^C-\d+/, 'US')));
  await expect(
    read(country, { CSV_ID_COLUMN: 'Country', CUSTOMERS_MAX_UNUSABLE: undefined }),
  ).rejects.toThrow(/^40 of 40 customers cannot be used/);
});

test.each([
  ['Ada', 'Ada Okafor'],
  ['José Peña', 'PENA, Jose'],
])('%s and %s may be one customer, who keeps the first name', async (one, other) => {
  const content = rows('ID,Name,Phone', `1,"${one}",+14155550147`, `1,"${other}",+14155550148`);
  const { customers, warnings } = await read(content, { CUSTOMERS_MAX_UNUSABLE: undefined });
  expect(customers.map(({ display_name }) => display_name)).toEqual([one, one]);
  expect(warnings).toEqual([expect.stringContaining('another name than an earlier record')]);
});

test.each([
  [
    'IDs that are rounded',
    (i: number) => `487687600000${100 + Math.floor(i / 10)}0000,Person ${i},+1415555${1000 + i}`,
  ],
  ['one number for all', (i: number) => `C-${i},Person ${i},+14155550147`],
])('every customer counts whom nobody can be linked to: %s', async (_name, row) => {
  const content = rows('ID,Name,Phone', ...Array.from({ length: 100 }, (_, i) => row(i)));
  await expect(read(content, { CUSTOMERS_MAX_UNUSABLE: undefined })).rejects.toThrow(
    /^100 of 100 customers cannot be used/,
  );
});

test('29% are not more than 29%', async () => {
  const people = Array.from(
    { length: 100 },
    (_, i) => `C-${i},P ${i},${i < 71 ? `+1415555${1000 + i}` : 'x'}`,
  );
  const content = rows('ID,Name,Phone', ...people);
  expect((await read(content, { CUSTOMERS_MAX_UNUSABLE: '29%' })).customers).toHaveLength(71);
});

test.each(['Ada Okafor', 'Ada', 'C-1;Ada;+14155550147', '1-415-555-0148', 'x1'.repeat(21)])(
  'what is in the column of IDs is not shown if it may be personal: %s',
  async (id) => {
    expect(await warnings(rows('ID,Name,Phone', `${id},x,12`))).toContainEqual(
      expect.stringMatching(/no address that can be used: row 2 \(customer_id •••\)$/),
    );
  },
);

test('numbers without a country code stop the build if no country is set, although there are e-mail addresses', async () => {
  const content = rows(
    'ID,Name,Email,Phone',
    '1,Ada,ada@example.com,(415) 555-0147',
    '2,Ben,ben@example.com,',
  );
  await expect(read(content, { CUSTOMERS_MAX_UNUSABLE: '' })).rejects.toThrow(
    '1 of 1 phone numbers have no country code, so that nobody is found by them: set CRM_DEFAULT_COUNTRY in .env',
  );
  expect((await read(content, { CRM_DEFAULT_COUNTRY: 'US' })).customers).toHaveLength(3);
});

test('that a country is missing is said before that too many customers cannot be used, which may follow from it', async () => {
  const content = rows('ID,Name,Phone', '1,Ada,(415) 555-0147', '2,Ben,(415) 555-0148');
  await expect(read(content, { CUSTOMERS_MAX_UNUSABLE: '' })).rejects.toThrow(
    /^2 of 2 phone numbers have no/,
  );
});

test('a column that is not read and has phone numbers is said, by its header alone', async () => {
  const content = rows(
    'ID,Name,Email,Contacto,Phone (holidays),Fax,Since,Code',
    '1,Ada,a@b.c,+14155550147,+14155550147,+14155550100,01.02.2024,0123',
    '2,Eve,e@b.c,(415) 555-0148,,,01.03.2024,0124',
    '3,Cy,c@b.c,,,,,',
  );
  expect(await warnings(content)).toEqual([
    '2 columns to look at: most cells look like phone numbers, and are not read: if they are customers’ own, name all such columns in .env, such as CSV_PHONE_COLUMN=Contacto, Phone (holidays): Contacto; Phone (holidays)',
  ]);
  expect(await warnings(content, { CSV_PHONE_COLUMN: 'Fax' })).toEqual([]);
});

test('a column that is not read and has e-mail addresses is said', async () => {
  const content = rows('ID,Name,Phone,Contacto', '1,Ada,+14155550147,ada@example.com');
  expect(await warnings(content)).toEqual([
    '1 column to look at: most cells look like e-mail addresses, and are not read: if they are customers’ own, name all such columns in .env, such as CSV_EMAIL_COLUMN=Contacto: Contacto',
  ]);
});

test('a cell with more than the addresses of one customer is left out, and said', async () => {
  const many = Array.from({ length: 51 }, (_, i) => `+1415555${1000 + i}`).join();
  for (const cell of [many, ','.repeat(1_000_000)]) {
    const [warning] = await warnings(rows('ID,Name,Phone,Mobile', `1,Ada,"${cell}",+14155550147`));
    expect(warning).toMatch(
      /^1 address left out: more than 50 in a cell.*: row 2 \(customer_id "1"\), Phone$/,
    );
  }
});

test('rows are counted as a spreadsheet counts them', async () => {
  const content = rows('ID,Name,Phone', '1,"Ada', 'Okafor",+14155550147', ',,', '', ',Luca,+14155550101');
  expect(await warnings(content)).toEqual(['1 customer left out: no ID in the column ID: row 5']);
});

describe('a row whose cells may be shifted is left out', () => {
  const reasons = {
    longer: 'more cells than there are headers, so they may be shifted',
    shorter: 'fewer cells than there are headers, and some are not below their own, so they may be shifted',
  };

  test.each<[string, string, string, keyof typeof reasons]>([
    ['with more cells', 'ID,Name,Phone,Notes', 'C-1,Marchetti, Luca,+14155550101,x', 'longer'],
    [
      'with more cells, the last of them empty',
      'ID,Name,Company,Company Phone,Phone,Notes',
      'C-1,Ada,Acme, Inc.,+14155550100,+14155550101,',
      'longer',
    ],
    [
      'with a cell below an empty header',
      'ID,Name,Company Phone,Phone,,',
      'C-1,Marchetti, Luca,+14155550100,+14155550101,',
      'longer',
    ],
    [
      'with a number where a company should be',
      'ID,Name,Company,Phone,Assistant Phone',
      'C-1,Ben,+14155550101,+14155550100',
      'shorter',
    ],
    [
      'with an e-mail address where a name should be',
      'ID,Name,Email,Phone,Assistant Phone',
      'C-1,ada@example.com,+14155550101,+14155550100',
      'shorter',
    ],
    [
      'with a note where a number should be',
      'ID,Name,Company Phone,Phone,Email,Notes',
      'C-1,Ada,+14155550100,,VIP',
      'shorter',
    ],
    [
      'with a note where the number of somebody else should be',
      'ID,Name,Phone,Assistant Phone,Notes',
      'C-1,Ada,+14155550100,VIP',
      'shorter',
    ],
  ])('%s', async (_name, headers, row, reason) => {
    const content = rows(headers, row, headers.replace(/[^,]+/g, '').replace(/^/, 'C-2'));
    expect(await read(content)).toMatchObject({
      customers: [],
      warnings: [
        `1 customer left out: ${reasons[reason]}: row 2 (customer_id "C-1")`,
        '1 customer left out: no address that can be used: row 3 (customer_id "C-2")',
      ],
    });
  });

  test.each([
    [
      'leaves out empty cells at the end',
      'ID,Name,Phone,Email,Company,Notes',
      ['', ',a@example.com', ',,,x'],
    ],
    ['has headers for no cells', 'ID,Name,Phone,,', ['', ',', ',,']],
    ['ends each row with a comma', 'ID,Name,Phone', [',', ',', ',']],
  ])('but none of a file that %s', async (_name, headers, ends) => {
    const people = ends.map((end, i) => `C-${i},Ada,+1415555010${i}${end}`);
    const { customers, warnings } = await read(rows(headers, ...people));
    expect(warnings).toEqual([]);
    expect(customers.filter(({ key }) => key.startsWith('+'))).toHaveLength(3);
  });

  test('and so are those before it, if only some end with a comma', async () => {
    const content = rows(
      'ID,Name,Phone',
      'C-1,Ada,+14155550100,',
      'C-2,Ben,+14155550101,',
      'C-3,Cy,+14155550102',
    );
    expect(await addresses(content)).toEqual({ '+14155550102': 'C-3' });
  });

  test.each([
    ['"1","C-1","Ada","+14155550100","+14155550101"', '"2","C-2","Ben","+14155550102","+14155550103"'],
    ['"1","C-1","Ada","+14155550100",""', '"2","C-2","Ben","+14155550102",""'],
    ['"ada","C-1","Ada","+14155550100","+1"', '"ben","C-2","Ben","+14155550102",""'],
  ])('and a file that R has written with the names of rows is refused: %s', async (...people) => {
    await expect(read(rows('"ID","Name","Assistant Phone","Phone"', ...people))).rejects.toThrow(
      /^each row has one cell more than there are headers, as write\.table of R writes it: .*row\.names = FALSE/,
    );
  });
});

describe('quotes that do not match', () => {
  test.each(['1,"Ada" Okafor,"+14155550147"', '1,"D"x,+14155550147', '1,x"y",+14155550147'])(
    'spoil no more than the row that they are in: %s',
    async (row) => {
      const content = rows('ID,Name,Phone', row, '2,"Bob",+14155550148', '3,Cy,+14155550149');
      expect(await read(content)).toMatchObject({
        customers: [
          { key: '+14155550148', customer_id: '2' },
          { key: '+14155550149', customer_id: '3' },
        ],
        warnings: [expect.stringMatching(/^1 customer left out: quotation marks that do not match: row 2$/)],
      });
    },
  );

  test.each([
    [rows('1,x"y","A', '2,Bob,B"'), /^row 2: quotation marks that do not match, over 2 lines/],
    [rows('1,Ada,+14155550147', '2,"Eve,+14155550101'), /^row 3: a quotation mark that is never closed$/],
    [rows('1,"Ada,+14155550147', '2,"Eve",+14155550101'), /^row 2: a quotation mark that is never closed$/],
  ])('over several lines stop the build: %j', async (content, reason) => {
    await expect(read(rows('ID,Name,Phone', content, '3,Cy,+14155550149'))).rejects.toThrow(reason);
  });

  test.each([
    ['in one column', ['1,Ada,"x,+14155550147,', '2,Bob,x",+14155550148,']],
    ['in two columns', ['1,"Ada,x,+14155550147,', '2,Bob,x",+14155550148,']],
    ['around a row', ['1,Ada,"x,+14155550147,', '3,Cy,y,+14155550149,', '2,Bob,x",+14155550148,']],
  ])('and pair across rows lead no number to another customer: %s', async (_name, people) => {
    const content = rows('ID,Name,Notes,Phone,Mobile', ...people, '4,Eve,"a\nb, c\nd, e",+14155550101,');
    expect(await read(content)).toMatchObject({
      customers: [{ key: '+14155550101', customer_id: '4' }],
      warnings: [
        expect.stringMatching(
          /^[23] customers left out: quotation marks over several lines, which look like several rows: row 2, line 1; row 2, line 2/,
        ),
      ],
    });
  });

  test.each([
    ['ID,Name,Phone,Email', 'C-1,"Ada,+14155550147', 'C-2,Ben",+14155550148'],
    ['ID,Name,Phone,,', 'C-1,"Ada,+14155550147', 'C-2,Ben",+14155550148'],
    ['ID,Name,Phone,Notes', 'C-1,"Ada,+14155550147', 'C-3,Cy,+14155550149', 'C-2,Ben",+14155550148'],
    ['Name,ID,Email,Notes', '"Ada,C-1,ada@example.com', 'Ben",C-2,ben@example.com'],
  ])('and pair across rows whose last cells are left out lead nobody to another: %s', async (...content) => {
    const { customers, warnings } = await read(rows(...content));
    expect(customers).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(new RegExp(`^${content.length - 1} customers left out: quotation marks over`)),
    ]);
  });

  test('around many rows count as many customers', async () => {
    const people = Array.from({ length: 300 }, (_, i) => `C-${i},Ada,+1415555${1000 + i}`);
    people[100] = people[100]?.replace('Ada', '"Ada') ?? '';
    people[139] = people[139]?.replace('Ada', 'Ada"') ?? '';
    await expect(
      read(rows('ID,Name,Phone', ...people), { CUSTOMERS_MAX_UNUSABLE: undefined }),
    ).rejects.toThrow(/^40 of 300 customers cannot be used/);
  });

  test('are no reason to leave out whoever has an address of several lines', async () => {
    const content = rows(
      'ID,Name,Phone,Email,City,Address',
      '1,Ada,+14155550147,,,"12 Main St, Apt 4\n62701, IL, USA"',
    );
    expect(await addresses(content)).toEqual({ '+14155550147': '1' });
  });

  test('are found in one row of hundreds that are read together', async () => {
    const people = Array.from({ length: 500 }, (_, i) => `C-${i},"Ada, ${i}",+1415${2_000_000 + i}`);
    const content = rows('ID,Name,Phone', ...people, 'X,"Eve" O,+14155550147', '500,"Cy",+14155550148');
    const { customers, warnings } = await read(content);
    expect(customers.map(({ customer_id, display_name }) => `${customer_id} ${display_name}`)).toEqual([
      ...people.map((_, i) => `C-${i} Ada, ${i}`),
      '500 Cy',
    ]);
    expect(warnings).toEqual(['1 customer left out: quotation marks that do not match: row 502']);
  });

  test('in the headers stop the build, and no row is taken for headers', async () => {
    await expect(read(rows('ID,"Na"me,Phone', '1,Ada,+14155550147'))).rejects.toThrow(
      /^row 1: quotation marks that do not match, in the headers$/,
    );
  });
});

test('rows end with any line end, and may do so differently', async () => {
  const content =
    'ID,Phone,Mobile\r\nC-1,+14155550147\nC-2,+14155550148\r\nC-3,+14155550149\rC-4,+14155550101';
  expect(await addresses(content)).toEqual({
    '+14155550147': 'C-1',
    '+14155550148': 'C-2',
    '+14155550149': 'C-3',
    '+14155550101': 'C-4',
  });
});

test('a row of one cell is a footer at the end alone', async () => {
  const content = rows(
    'ID,Name,Phone',
    '1',
    '2,Ada,+14155550147',
    'Grand Totals (2 records)',
    '"Acme, Inc."',
  );
  expect(await warnings(content)).toEqual([
    '1 customer left out: no address that can be used: row 2 (customer_id "1")',
    '2 rows left out: the footer of a report: row 4; row 5',
  ]);
  expect(await warnings(rows('ID,Name,Phone', '1'))).toHaveLength(1);
  const sparse = Array.from({ length: 12 }, () => ',Ada,');
  expect(await warnings(rows('ID,Name,Phone', '1,Ada,+14155550147', 'C-9', ...sparse))).toEqual([
    '1 customer left out: no address that can be used: row 3 (customer_id "C-9")',
    '2 customers left out: no ID in the column ID: row 4; row 5',
    expect.stringMatching(/^10 rows left out: the footer of a report: /),
  ]);
});

test('an ID that is in a column with addresses may be all that a row has', async () => {
  const content = rows('Name,Email', 'Ada,ada@example.com', ',eve@example.com');
  expect(await addresses(content, { CSV_ID_COLUMN: 'Email' })).toEqual({
    'email:ada@example.com': 'ada@example.com',
    'email:eve@example.com': 'eve@example.com',
  });
});

test.each([
  ['utf-8', Buffer.from('ID,Name,Phone\n1,Zoë €,+14155550147\n')],
  ['utf-16be', Buffer.from('\uFEFFID\tName\tPhone\n1\tZoë €\t+14155550147\n', 'utf16le').swap16()],
  ['windows-1252', Buffer.from('ID;Name;Phone\n1;Zo\xEB \x80;+14155550147\n', 'latin1')],
])('%s is read', async (_name, content) => {
  expect((await read(content)).customers).toEqual([
    { key: '+14155550147', customer_id: '1', display_name: 'Zoë €' },
  ]);
});

test.each([
  ['PL', [0xa3, 0xf3, 0x64, 0x9c], 'Łódś'],
  ['UA', [0xce, 0xeb, 0xfc, 0xe3, 0xe0], 'Ольга'],
  ['JP', [0x8d, 0xb2, 0x93, 0xa1], '佐藤'],
  ['DE', [0x5a, 0x6f, 0xeb], 'Zoë'],
  [undefined, [0x5a, 0x6f, 0xeb], 'Zoë'],
])('what Excel has saved in %s is read as there', async (CRM_DEFAULT_COUNTRY, bytes, name) => {
  const content = Buffer.concat([
    Buffer.from('ID;Name;Phone\n1;'),
    Buffer.from(bytes),
    Buffer.from(';+14155550147\n'),
  ]);
  const { customers, warnings } = await read(content, { CRM_DEFAULT_COUNTRY });
  expect(customers).toMatchObject([{ display_name: name }]);
  expect(warnings).toEqual(
    CRM_DEFAULT_COUNTRY ? [] : [expect.stringMatching(/^1 file to look at: not UTF-8, .*"CSV UTF-8": /)],
  );
});

test('what Excel has saved is read as there up to the last byte', async () => {
  const { customers } = await read(Buffer.from('ID;Phone;Name\n1;+14155550147;Jos\xE9', 'latin1'));
  expect(customers).toMatchObject([{ display_name: 'José' }]);
});

test('one odd byte in UTF-8 does not spoil the names of others', async () => {
  const content = Buffer.concat([
    Buffer.from('ID,Name,Phone\n1,Zoë,+14155550147\n2,Jos'),
    Buffer.from([0xe9]),
    Buffer.from(',+14155550148\n'),
  ]);
  expect(await read(content)).toMatchObject({
    customers: [{ display_name: 'Zoë' }, { display_name: 'Jos\uFFFD' }],
    warnings: [expect.stringMatching(/^1 file to look at: UTF-8, but for some characters/)],
  });
});

test.each(['', '\uFEFF'])(
  'after %j, UTF-8 with characters that were lost before is read as that',
  async (mark) => {
    const name = `Jos${'\uFFFD'.repeat(30)}`;
    const people = Array.from({ length: 5000 }, (_, i) => `C-${i},${name},+1415${2_000_000 + i}`);
    const { customers, warnings } = await read(`${mark}${rows('"ID",Name,Phone', ...people)}`);
    expect(customers).toHaveLength(5000);
    expect(customers.every(({ display_name }) => display_name === name)).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/^1 file to look at: UTF-8, but for some characters/)]);
  },
);

test('what is in a code page is read as there, though a byte order mark of UTF-8 stands before it', async () => {
  const content = Buffer.concat([
    Buffer.from('\uFEFF"ID";Phone;Name\n1;+79161234567;'),
    Buffer.from([0xc8, 0xe2, 0xe0, 0xed]),
  ]);
  const { customers } = await read(content, { CRM_DEFAULT_COUNTRY: 'RU' });
  expect(customers).toMatchObject([{ customer_id: '1', display_name: 'Иван' }]);
});

test('nobody gets an ID with a character that cannot be read, which may be the ID of several', async () => {
  const content = Buffer.concat([
    Buffer.from('ID,Name,Phone\nMü,Zoë,+14155550147\nM'),
    Buffer.from([0xf6]),
    Buffer.from('ller,José,+14155550148\n'),
  ]);
  const { customers, warnings } = await read(content);
  expect(customers).toMatchObject([{ customer_id: 'Mü' }]);
  expect(warnings).toContainEqual(
    expect.stringMatching(/^1 customer left out: an ID with a character that cannot be read/),
  );
});

test('a file that is cut off within a character says so', async () => {
  const whole = Buffer.from('\uFEFFID\tPhone\tName\n1\t+14155550147\tJosé', 'utf16le');
  const { customers } = await read(whole.subarray(0, -1));
  expect(customers).toMatchObject([{ display_name: 'Jos\uFFFD' }]);
});

test('a character that lies across two chunks of the file is read', async () => {
  const people = Array.from(
    { length: 5000 },
    (_, i) => `C-${i},Zoë €${'é'.repeat(i % 7)},+1415${2_000_000 + i}`,
  );
  const { customers, warnings } = await read(rows('ID,Name,Phone', ...people));
  expect(warnings).toEqual([]);
  expect(customers).toHaveLength(5000);
  expect(customers.every(({ display_name }) => /^Zoë €é*$/.test(display_name ?? ''))).toBe(true);
});

describe('whatever is in the file', () => {
  const digits = fc.integer({ min: 2_000_000, max: 2_000_030 });
  const phone = digits.chain((n) =>
    fc.constantFrom(`+1415${n}`, `+1 415 ${n} x1`, `'1415${n}`, `(415) ${n}`),
  );
  const dirt = fc.oneof(
    fc.constantFrom('', ' ', 'n/a', '-', '3.36796E+10', "'", '="', '123', '+', 'a@', 'ada@example.com'),
    fc.string({ maxLength: 12 }),
    randomText(6),
  );
  const cell = fc.oneof({ weight: 2, arbitrary: phone }, { weight: 1, arbitrary: dirt });
  const cells = fc.array(
    fc.oneof(
      cell,
      fc.tuple(cell, cell).map(([a, b]) => `${a}, ${b}`),
    ),
    { maxLength: 5 },
  );
  const id = fc.oneof(fc.integer({ max: 9, min: 0 }).map(String), dirt);
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

  const readOrNobody = async (content: Buffer, settings: ReadingSettings) => {
    try {
      return await read(content, settings);
    } catch (error) {
      expect(error).toMatchObject({ message: 'has headers, and no customers below them' });
      return { customers: [] };
    }
  };

  test('nobody gets an address that their row does not have', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(id, cells), { minLength: 1, maxLength: 12 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom<BufferEncoding>('utf8', 'utf16le'),
        async (people, delimiter, encoding) => {
          const table = [
            ['ID', 'Phone', 'Mobile', 'Email', 'Name', 'Notes'],
            ...people.map(([one, more]) => [one, ...more]),
          ];
          const csv = table.map((row) => row.map(quoted).join(delimiter)).join('\n');
          const { customers } = await readOrNobody(Buffer.from(`\uFEFF${csv}`, encoding), {
            CRM_DEFAULT_COUNTRY: 'US',
          });
          for (const { key, customer_id } of customers) {
            const owners = people.filter(([, more]) =>
              more.slice(0, 3).some((text) => {
                const plain = text.toLowerCase().replace(/[^a-z0-9@.]/g, '');
                return plain.includes(key.replace(/^\+1|^email:/g, '').replace(/[^a-z0-9@.]/g, ''));
              }),
            );
            const isOwn = owners.some(([one]) => one.includes(customer_id));
            expect({ key, customer_id, isOwn }).toEqual({ key, customer_id, isOwn: true });
          }
        },
      ),
      { numRuns: 100 },
    );
  }, 30_000);

  test('the build says what is wrong, and does not crash', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    const text = fc.array(
      fc.constantFrom('"', ',', '\n', '\r\n', ';', 'ID', 'Phone', '+14155550147', '1', ' '),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          bytes,
          text.map((parts) => `ID,Phone\n${parts.join('')}`),
        ),
        async (content) => {
          try {
            await read(content);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
          }
        },
      ),
      { numRuns: 100 },
    );
  }, 30_000);
});
