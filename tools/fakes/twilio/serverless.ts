import { type ApiRequest, startFakeServer, twilioError } from '../fake-server';
import { refuseUnlessFrom } from './authentication';

/** A file that was uploaded. */
export interface Upload {
  path: string;
  visibility: string;
  bytes: Buffer;
}

const SERVICE = `ZS${'1'.repeat(32)}`;
const ENVIRONMENT = `ZE${'2'.repeat(32)}`;
const BUILD = `ZB${'3'.repeat(32)}`;
export const DOMAIN = 'frontline-conversations-webhooks-1234-dev.twil.io';

/** Serves Twilio's Serverless API, and keeps what is deployed: https://www.twilio.com/docs/serverless/api */
export async function startFakeServerless(accountSid: string, authToken: string) {
  const deployed = {
    functions: [] as Upload[],
    assets: [] as Upload[],
    build: {} as Record<string, string | string[]>,
    variables: {} as Record<string, string>,
    activated: false,
  };
  let sids = 0;
  const sid = (prefix: string) => ({ sid: prefix + String(++sids).padStart(32, '0') });

  const answer = async (request: ApiRequest) => {
    const refusal = refuseUnlessFrom({ accountSid, authToken }, request);
    if (refusal) return refusal;
    const { method, path, headers, body, bytes } = request;
    const { pathname } = new URL(path, 'https://serverless.twilio.com');
    const form = new URLSearchParams(body);
    const resource = pathname
      .split('/')
      .filter((part) => !/^(|v1|Z[A-Z]\w{32})$/.test(part))
      .join('/');
    const created = (body: unknown) => ({ status: 201, body });
    const list = (key: string) => ({ status: 200, body: { [key]: [], meta: { key, next_page_url: null } } });

    switch (`${method} ${resource}`) {
      case 'POST Services':
        return created({ sid: SERVICE, unique_name: form.get('UniqueName') });
      case 'GET Services/Environments':
        return list('environments');
      case 'POST Services/Environments':
        return created({ sid: ENVIRONMENT, domain_name: DOMAIN });
      case 'GET Services/Functions':
        return list('functions');
      case 'GET Services/Assets':
        return list('assets');
      case 'POST Services/Functions':
        return created(sid('ZH'));
      case 'POST Services/Assets':
        return created(sid('ZH'));
      case 'POST Services/Functions/Versions':
        deployed.functions.push(await uploadOf(headers, bytes));
        return created(sid('ZN'));
      case 'POST Services/Assets/Versions':
        deployed.assets.push(await uploadOf(headers, bytes));
        return created(sid('ZN'));
      case 'POST Services/Builds':
        for (const key of new Set(form.keys())) {
          const values = form.getAll(key);
          deployed.build[key] = key.endsWith('Versions') ? values : (values[0] ?? '');
        }
        return created({ sid: BUILD, status: 'building', runtime: form.get('Runtime') });
      case 'GET Services/Builds/Status':
        return { status: 200, body: { sid: BUILD, status: 'completed' } };
      case 'GET Services/Environments/Variables':
        return list('variables');
      case 'POST Services/Environments/Variables':
        deployed.variables[form.get('Key') ?? ''] = form.get('Value') ?? '';
        return created(sid('ZV'));
      case 'POST Services/Environments/Deployments':
        deployed.activated = form.get('BuildSid') === BUILD;
        return created(sid('ZD'));
      default:
        return twilioError({ status: 404 });
    }
  };

  const hosts = ['serverless.twilio.com', 'serverless-upload.twilio.com'];
  return Object.assign(await startFakeServer(hosts, answer), { deployed });
}

/** Reads a form with a file. */
async function uploadOf(headers: ApiRequest['headers'], bytes: Buffer): Promise<Upload> {
  const type = headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(bytes), { headers: { 'Content-Type': type } }).formData();
  const content = form.get('Content') as Blob;
  return {
    path: String(form.get('Path')),
    visibility: String(form.get('Visibility')),
    bytes: Buffer.from(await content.arrayBuffer()),
  };
}
