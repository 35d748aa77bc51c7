import { type ApiRequest, apiError, startStandIn } from '../fake-server';

export const ACCOUNT_SID = `AC${'5'.repeat(32)}`;
export const AUTH_TOKEN = 'sync-auth-token';

const HOST = 'sync.twilio.com';
const PATH = /^\/v1\/Services\/([^/]+)\/Documents(?:\/([^/]+))?$/;
const BURST_MS = 1000;

/** The fields of Twilio's OpenAPI description: CreateDocumentRequest and UpdateDocumentRequest. */
const CREATE_FIELDS = ['UniqueName', 'Data', 'Ttl'];
const UPDATE_FIELDS = ['Data', 'Ttl'];

/** Stands in for the Documents of Twilio Sync: https://www.twilio.com/docs/sync/api/document-resource */
export async function startSyncApi() {
  const documents = new Map<string, unknown>();
  const settings = {
    services: ['default'],
    /** How many requests are taken in a second. */
    ratePerSecond: Number.POSITIVE_INFINITY,
    /** Part of the unique names that are not taken. */
    refused: '/',
  };
  let recent: number[] = [];

  const answer = ({ method, path, headers, body }: ApiRequest) => {
    const now = performance.now();
    recent = [...recent.filter((at) => at > now - BURST_MS), now];
    if (recent.length > settings.ratePerSecond) return apiError({ status: 429 });
    if (headers.authorization !== `Basic ${btoa(`${ACCOUNT_SID}:${AUTH_TOKEN}`)}`) {
      return apiError({ status: 401, code: 20003 });
    }
    const { pathname, searchParams } = new URL(path, `https://${HOST}`);
    const [, service = '', encoded] = PATH.exec(pathname) ?? [];
    if (!settings.services.includes(service)) return apiError({ status: 404 });
    const form = new URLSearchParams(body);
    if (encoded === undefined) {
      return method === 'GET' ? list(`https://${HOST}${pathname}`, searchParams) : create(form);
    }
    const uniqueName = decodeURIComponent(encoded);
    if (!documents.has(uniqueName)) return apiError({ status: 404 });
    if (method === 'DELETE') {
      documents.delete(uniqueName);
      return { status: 204 };
    }
    if (!hasOnly(form, UPDATE_FIELDS)) return apiError({ status: 400 });
    documents.set(uniqueName, JSON.parse(form.get('Data') ?? ''));
    return { status: 200, body: documentOf(uniqueName) };
  };

  const list = (url: string, query: URLSearchParams) => {
    const size = Math.min(Number(query.get('PageSize') ?? 50), 100);
    const page = Number(query.get('Page') ?? 0);
    const names = [...documents.keys()].slice(page * size, (page + 1) * size);
    const isLast = (page + 1) * size >= documents.size;
    const next_page_url = isLast ? null : `${url}?PageSize=${size}&Page=${page + 1}&PageToken=PT${page}`;
    const meta = { key: 'documents', page, page_size: size, url, next_page_url, previous_page_url: null };
    return { status: 200, body: { documents: names.map(documentOf), meta } };
  };

  const create = (form: URLSearchParams) => {
    const uniqueName = form.get('UniqueName') ?? '';
    if (documents.has(uniqueName)) return apiError({ status: 409, code: 54301 });
    if (uniqueName.includes(settings.refused) || !hasOnly(form, CREATE_FIELDS))
      return apiError({ status: 400 });
    documents.set(uniqueName, JSON.parse(form.get('Data') ?? ''));
    return { status: 201, body: documentOf(uniqueName) };
  };

  const documentOf = (unique_name: string) => ({
    sid: `ET${Buffer.from(unique_name).toString('hex').padEnd(32, '0').slice(0, 32)}`,
    unique_name,
    data: documents.get(unique_name),
    revision: '0',
  });

  return Object.assign(await startStandIn([HOST], answer), { documents, settings });
}

function hasOnly(form: URLSearchParams, fields: string[]): boolean {
  return [...form.keys()].every((key) => fields.includes(key));
}
