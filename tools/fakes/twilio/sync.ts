import { SYNC_DATA_MAX_BYTES, SYNC_UNIQUE_NAME_MAX_LENGTH } from '../../twilio/limits';
import { type ApiAnswer, type ApiRequest, startFakeServer, twilioError } from '../fake-server';
import { type Credentials, refuseUnlessFrom } from './authentication';

/** The account whose Documents `startFakeSync` has. */
export const ACCOUNT: Credentials = { accountSid: `AC${'5'.repeat(32)}`, authToken: 'sync-auth-token' };
export const SYNC_HOST = 'sync.twilio.com';

const PATH = /^\/v1\/Services\/([^/]+)\/Documents(?:\/([^/]+))?$/;
const BURST_MS = 1000;

/** The fields of Twilio's OpenAPI description: CreateDocumentRequest and UpdateDocumentRequest. */
const CREATE_FIELDS = ['UniqueName', 'Data', 'Ttl'];
const UPDATE_FIELDS = ['Data', 'Ttl'];

/** The data of Documents, by their unique names. */
type Documents = Map<string, unknown>;

/** Serves the Documents of one account. */
export async function startFakeSync() {
  const documents: Documents = new Map();
  const settings = {
    services: ['default'],
    /** How many requests are taken in a second. */
    ratePerSecond: Number.POSITIVE_INFINITY,
    /** Part of the unique names that are not taken. */
    refused: '/',
  };
  let recent: number[] = [];

  const server = await startFakeServer([SYNC_HOST], (request) => {
    const now = performance.now();
    // A limit begins when it is set.
    const isLimited = Number.isFinite(settings.ratePerSecond);
    recent = isLimited ? [...recent.filter((at) => at > now - BURST_MS), now] : [];
    if (recent.length > settings.ratePerSecond) return twilioError({ status: 429 });
    const isRefused = (uniqueName: string) => uniqueName.includes(settings.refused);
    return answerDocuments(request, { account: ACCOUNT, documents, services: settings.services, isRefused });
  });
  return Object.assign(server, { documents, settings });
}

/** What Sync answers about Documents: https://www.twilio.com/docs/sync/api/document-resource */
export function answerDocuments(
  request: ApiRequest,
  {
    account,
    documents,
    services,
    isRefused = () => false,
  }: {
    account: Credentials;
    documents: Documents;
    /** The SIDs of the account's services, or `default`. */
    services: string[];
    /** Whether a unique name is not taken. */
    isRefused?: (uniqueName: string) => boolean;
  },
): ApiAnswer {
  const refusal = refuseUnlessFrom(account, request);
  if (refusal) return refusal;
  const { method, path, body } = request;
  const { pathname, searchParams } = new URL(path, `https://${SYNC_HOST}`);
  const [, service = '', encoded] = PATH.exec(pathname) ?? [];
  if (!services.includes(service)) return twilioError({ status: 404 });
  const form = new URLSearchParams(body);
  if (encoded === undefined && method === 'GET') {
    return list(documents, `https://${SYNC_HOST}${pathname}`, searchParams);
  }
  const uniqueName = encoded === undefined ? (form.get('UniqueName') ?? '') : decodeURIComponent(encoded);
  const isThere = documents.has(uniqueName);

  if (encoded === undefined) {
    if (isThere) return twilioError({ status: 409, code: 54301 });
    if (uniqueName.length > SYNC_UNIQUE_NAME_MAX_LENGTH || isRefused(uniqueName))
      return twilioError({ status: 400 });
    return write(documents, uniqueName, form, CREATE_FIELDS, 201);
  }
  if (!isThere) return twilioError({ status: 404 });
  if (method === 'GET') return { status: 200, body: documentOf(documents, uniqueName) };
  if (method !== 'DELETE') return write(documents, uniqueName, form, UPDATE_FIELDS, 200);
  documents.delete(uniqueName);
  return { status: 204 };
}

function write(
  documents: Documents,
  uniqueName: string,
  form: URLSearchParams,
  fields: string[],
  status: number,
): ApiAnswer {
  const data = form.get('Data') ?? '';
  const isKnown = [...form.keys()].every((key) => fields.includes(key));
  if (!isKnown || Buffer.byteLength(data) > SYNC_DATA_MAX_BYTES) return twilioError({ status: 400 });
  documents.set(uniqueName, JSON.parse(data));
  return { status, body: documentOf(documents, uniqueName) };
}

function list(documents: Documents, url: string, query: URLSearchParams): ApiAnswer {
  const size = Math.min(Number(query.get('PageSize') ?? 50), 100);
  const page = Number(query.get('Page') ?? 0);
  const names = [...documents.keys()].slice(page * size, (page + 1) * size);
  const isLast = (page + 1) * size >= documents.size;
  const next_page_url = isLast ? null : `${url}?PageSize=${size}&Page=${page + 1}&PageToken=PT${page}`;
  const meta = { key: 'documents', page, page_size: size, url, next_page_url, previous_page_url: null };
  return { status: 200, body: { documents: names.map((name) => documentOf(documents, name)), meta } };
}

function documentOf(documents: Documents, unique_name: string) {
  return {
    sid: `ET${Buffer.from(unique_name).toString('hex').padEnd(32, '0').slice(0, 32)}`,
    unique_name,
    data: documents.get(unique_name),
    revision: '0',
  };
}
