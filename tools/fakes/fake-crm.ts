import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { ApiAnswer, ApiRequest } from './fake-server';

/** As it is typed, as a number in a numeric field, or a list of them, as look-ups of Airtable have it. */
export type Written = string | number | string[];

/** A person in a CRM, with what may be typed there. */
export interface Contact {
  id: string;
  firstName?: string;
  lastName?: string;
  company?: string;
  phone?: Written;
  mobile?: string;
  /** What only Salesforce has. */
  home?: string;
  /** What only HubSpot has. */
  whatsapp?: string;
  /** What customers are in Salesforce, if not a Contact. */
  object?: 'Lead' | 'ConvertedLead' | 'PersonAccount';
  /** The company's own number of the customer; with commas between them, in Airtable, those that a look-up field has. */
  number?: string;
  email?: string;
  avatar?: string;
}

/** A CRM's API, as far as its source uses it: what a file in `crms/` exports as `fake`. */
export interface FakeCrm {
  /** The CRM's name in error messages. */
  crm: string;
  hosts: string[];
  /** Settings of the source that this API accepts, the required ones among them. */
  settings: Record<string, string>;
  /** The setting that an error names if the credentials are refused. */
  credentials: string;
  /** Whether people type phone numbers into it as they like. */
  hasTypedNumbers: boolean;
  /** JSON that it may answer with 200 if it knows nobody, beside what `answer` does. */
  nobody?: string[];
  answer(request: ApiRequest, contacts: Contact[]): ApiAnswer | Promise<ApiAnswer>;
}

/** What every API answers to a request that it does not know. */
export const NOT_FOUND: ApiAnswer = { status: 404, body: {} };

/** The phone numbers of a contact, in E.164, and the e-mail address. */
export function addressesOf({ phone, mobile, email }: Contact): string[] {
  const numbers = [phone, mobile].map(
    (written = '') => parsePhoneNumberFromString(String(written), 'US')?.number,
  );
  return [...numbers, email].filter((address) => address !== undefined);
}

/** A contact in Frontline's shape. */
export function customerOf({ id, firstName, lastName, avatar }: Contact) {
  return { customer_id: id, display_name: [firstName, lastName].filter(Boolean).join(' '), avatar };
}
