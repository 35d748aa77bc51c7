import type { CountryCode } from 'libphonenumber-js';
import { isNoValue } from '../../../assets/no-value.private';
import { isNoteOnSomebodyElse, isOfSomebodyElse } from '../../../assets/phone-numbers.private';
import { Problem } from '../../problem';
import { OF_SOMEBODY_ELSE } from '../address-key';
import { placeOf, problemOfId } from '../customer-id';
import type { CustomerList, ListedCustomer } from '../customer-list';
import type { Findings } from '../findings';
import { Alignment, type ShiftedRow } from './alignment';
import { cleanCell, valuesOf } from './cell-values';
import { type Columns, findColumns, isHeadersAgain } from './columns';
import { listHeaders } from './headers';
import { looksLikeId } from './looks';
import type { CsvSettings } from './named-columns';
import { refuseOtherQuotes } from './refused-headers';
import { type Row, readRows } from './rows';
import { isSeveralRows } from './swallowed-rows';
import { encodingOf } from './text';
import { UnusedColumns } from './unused-columns';

/** Of a contact's `PhotoUrl`, which is within Salesforce, behind its login. */
const SALESFORCE_PATH = '/services/images/';
const SEVERAL_ROWS = 'quotation marks over several lines, which look like several rows';
/** The longest footer of a report. */
const FOOTER_MAX = 10;
/** More in a cell are no addresses of one customer. */
const VALUES_MAX = 50;
const CELL_MAX_LENGTH = 5000;

/** What is known once the headers are read. */
interface Table {
  columns: Columns;
  list: CustomerList;
  findings: Findings;
  unused: UnusedColumns;
  alignment: Alignment;
}

/**
 * Reads customers from a CSV file, as CRMs, address books and spreadsheets export them.
 *
 * @param country where the file is likely to be from
 * @throws Problem if the file cannot be read, or a column that is needed is missing
 */
export async function readCsvCustomers(
  file: string,
  list: CustomerList,
  findings: Findings,
  settings: CsvSettings,
  country?: CountryCode,
) {
  let table: Table | undefined;
  let footer: Row[] = [];
  const encoding = await encodingOf(file, country);
  if (encoding.doubt) {
    const remedy = 'if names look wrong, save it as "CSV UTF-8"';
    findings.add('files to look at', `${encoding.doubt}: ${remedy}`, file);
  }
  for await (const rows of readRows(file, encoding)) {
    for (const { number, cells: written, problem, lines } of rows) {
      if (problem && !table) throw new Problem(`row ${number}: ${problem}, in the headers`);
      if (problem) list.leaveOut(`row ${number}`, problem);
      const row = { number, cells: written.map(cleanCell) };
      if (!row.cells.some(Boolean)) continue;
      if (!table) {
        refuseOtherQuotes(written);
        const columns = findColumns(row.cells, settings);
        table = {
          columns,
          list,
          findings,
          unused: new UnusedColumns(columns),
          alignment: new Alignment(columns),
        };
        continue;
      }
      const again = isHeadersAgain(row.cells, table.columns);
      if (again === 'otherwise') {
        throw new Problem(
          `row ${number}: headers again, and in another order: put exports of other columns into files of their own`,
        );
      }
      if (again) findings.add('rows left out', 'the headers again', `row ${number}`);
      else if (lines && isSeveralRows(lines, table.columns)) leaveOutLines(number, lines, list);
      else if (mayBeFooter(row, table.columns)) footer.push(row);
      else {
        for (const one of [...footer, row]) addRows(table.alignment.take(one), table);
        footer = [];
      }
    }
  }
  if (!table) throw new Problem('has no headers, and no customers');
  addRows(table.alignment.end(), table);
  const { columns, unused } = table;
  unused.report(findings);
  if (columns.names.every((group) => group.length === 0)) {
    const reason = 'the one with names, which no header tells: name it by CSV_NAME_COLUMN in .env';
    findings.add('columns to look at', reason, listHeaders(columns.headers));
  }
  if (columns.otherIds.length > 0) {
    const reason = `with IDs, beside ${columns.headers[columns.id]}, by which customers are linked unless CSV_ID_COLUMN in .env names another one`;
    findings.add(
      'columns to look at',
      reason,
      listHeaders(columns.otherIds.map((i) => columns.headers[i] ?? '')),
    );
  }
  const hasCustomers = list.counts().listed > 0;
  if (!hasCustomers && footer.length === 0) throw new Problem('has headers, and no customers below them');
  for (const [i, row] of footer.entries()) {
    const isFooter = hasCustomers && i >= footer.length - FOOTER_MAX;
    if (isFooter) findings.add('rows left out', 'the footer of a report', `row ${row.number}`);
    else addRow(row, table);
  }
}

/** Each line may be the row of a customer. */
function leaveOutLines(number: number, lines: string[][], list: CustomerList) {
  for (const [i, cells] of lines.entries()) {
    if (cells.some((cell) => cell.trim())) list.leaveOut(`row ${number}, line ${i + 1}`, SEVERAL_ROWS);
  }
}

/**
 * A report ends with its totals and a notice, each in the one cell of a row. Before the end, such a row is a customer, as is
 * one whose cell is an ID.
 */
function mayBeFooter({ cells }: Row, { addresses, id }: Columns): boolean {
  if (looksLikeId(cells[id] ?? '')) return false;
  return cells.filter(Boolean).length === 1 && !addresses.some(({ column }) => cells[column]);
}

function addRows(rows: ShiftedRow[], table: Table) {
  for (const { row, shifted } of rows) {
    const { number, cells } = row;
    if (!shifted) addRow(row, table);
    else table.list.leaveOut(placeOf(`row ${number}`, cells[table.columns.id] ?? ''), shifted);
  }
}

function addRow({ number, cells }: Row, { columns, unused, list, findings }: Table) {
  const { headers, id, deleted, names, addresses, avatar } = columns;
  const at = `row ${number}`;
  unused.see(cells);
  if (deleted !== undefined && /^(true|1)$/i.test(cells[deleted] ?? '')) {
    findings.add('rows left out', 'deleted in the CRM', at);
    return;
  }
  // Zoho writes it before its IDs in exports, and not in its API; pandas writes 1001.0 if some IDs are missing.
  const customer_id = (cells[id] ?? '').replace(/^zcrm_(?=\d)/, '').replace(/^(\d{1,15})\.0+$/, '$1');
  if (!customer_id) return list.leaveOut(at, `no ID in the column ${headers[id]}`);
  const problem = problemOfId(customer_id);
  if (problem) return list.leaveOut(at, problem);
  const channels: ListedCustomer['channels'] = [];
  for (const { column, type, labels } of addresses) {
    const cell = cells[column];
    if (!cell || isNoValue(cell)) continue;
    const field = headers[column] ?? '';
    const values = cell.length > CELL_MAX_LENGTH ? undefined : valuesOf(cell, type);
    const leaveOut = (reason: string) =>
      findings.add('addresses left out', reason, `${placeOf(at, customer_id)}, ${field}`);
    if (!values || values.length > VALUES_MAX) {
      leaveOut(`more than ${VALUES_MAX} in a cell, or a cell of over ${CELL_MAX_LENGTH} characters`);
    } else if (labels.some((label) => isOfSomebodyElse(cells[label] ?? ''))) leaveOut(OF_SOMEBODY_ELSE);
    else if (type !== 'email' && values.some(isNoteOnSomebodyElse)) leaveOut(OF_SOMEBODY_ELSE);
    else for (const value of values) channels.push({ field, type, value });
  }
  list.add({
    at,
    customer_id,
    display_name: nameOf(cells, names),
    avatar: avatarIn(avatar === undefined ? '' : cells[avatar]),
    channels,
  });
}

function avatarIn(cell = ''): string | undefined {
  return cell === '' || cell.startsWith(SALESFORCE_PATH) ? undefined : cell;
}

/** The first of the names that says something. */
function nameOf(cells: string[], names: Columns['names']): string | undefined {
  for (const columns of names) {
    const parts = columns
      .map((column) => cells[column] ?? '')
      .filter((part) => part && !part.startsWith('='));
    // Some people are called Null.
    const isName = (part: string) => /^\p{L}+$/u.test(part) || !isNoValue(part);
    if (!parts.every(isNoValue)) return parts.filter(isName).join(' ');
  }
  return undefined;
}
