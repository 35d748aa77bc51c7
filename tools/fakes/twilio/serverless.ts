import { type ApiAnswer, type ApiRequest, twilioError } from '../fake-server';

/** A file that was uploaded: a version of a Function or an Asset. */
export interface Upload {
  path: string;
  visibility: string;
  bytes: Buffer;
  sid: string;
  /** The Function or Asset that it is a version of. */
  resourceSid: string;
}

/** A line of the Functions' log. */
export interface LogLine {
  level: string;
  message: string;
}

/** What is deployed. */
export type Deployed = ReturnType<typeof nothingDeployed>;

const SERVICE = `ZS${'1'.repeat(32)}`;
const ENVIRONMENT = `ZE${'2'.repeat(32)}`;
const BUILD = `ZB${'3'.repeat(32)}`;
export const DOMAIN = 'frontline-conversations-webhooks-1234-dev.twil.io';
export const SERVERLESS_HOSTS = ['serverless.twilio.com', 'serverless-upload.twilio.com'];

/** An account without Functions. */
export function nothingDeployed() {
  return {
    /** The unique name of the service, once it is created. */
    service: undefined as string | undefined,
    functions: [] as Upload[],
    assets: [] as Upload[],
    build: {} as Record<string, string | string[]>,
    variables: {} as Record<string, string>,
    activated: false,
    log: [] as LogLine[],
    /** The domains of its other environments. */
    environments: [] as string[],
    /** The domains of the account's other Functions services. */
    others: [] as string[],
    /** How many resources have been created. */
    sids: 0,
  };
}

/** What the Serverless API answers; what is deployed is kept: https://www.twilio.com/docs/serverless/api */
export async function answerServerless(
  { method, path, headers, body, bytes }: ApiRequest,
  deployed: Deployed,
): Promise<ApiAnswer> {
  const { pathname } = new URL(path, 'https://serverless.twilio.com');
  const form = new URLSearchParams(body);
  const parts = pathname.split('/');
  const resource = parts.filter((part) => !/^(|v1|Z[A-Z]\w{32})$/.test(part)).join('/');
  const nextSid = (prefix: string) => prefix + String(++deployed.sids).padStart(32, '0');
  const created = (body: unknown) => ({ status: 201, body });
  const found = (body: unknown) => ({ status: 200, body });
  const list = (key: string, items: unknown[] = []) =>
    found({ [key]: items, meta: { key, next_page_url: null } });
  const service = { sid: SERVICE, unique_name: deployed.service };
  const environment = {
    sid: ENVIRONMENT,
    unique_name: 'dev-environment',
    domain_suffix: 'dev',
    domain_name: DOMAIN,
    build_sid: deployed.activated ? BUILD : null,
  };
  const environments = deployed.environments.map((domain_name, i) => ({
    ...environment,
    sid: `ZE${String(i).padStart(32, '8')}`,
    domain_name,
  }));
  const others = deployed.others.map((domain_name, i) => ({
    service: { sid: `ZS${String(i).padStart(32, '9')}`, unique_name: `other-${i}` },
    environment: { ...environment, sid: `ZE${String(i).padStart(32, '9')}`, domain_name, build_sid: BUILD },
  }));
  const upload = async (uploads: Upload[]) => {
    const file = await uploadOf(headers, bytes);
    const version = { ...file, sid: nextSid('ZN'), resourceSid: parts.at(-2) ?? '' };
    const before = uploads.findIndex((one) => one.path === file.path);
    uploads.splice(before < 0 ? uploads.length : before, 1, version);
    return created({ sid: version.sid });
  };

  if (!deployed.service && (resource !== 'Services' || method !== 'POST')) {
    return twilioError({ status: 404 });
  }
  switch (`${method} ${resource}`) {
    case 'POST Services':
      deployed.service = form.get('UniqueName') ?? '';
      return created({ ...service, unique_name: deployed.service });
    case 'GET Services':
      return parts.includes(SERVICE)
        ? found(service)
        : list('services', [service, ...others.map((one) => one.service)]);
    case `GET Services/${deployed.service}`:
      return found(service);
    case 'GET Services/Environments': {
      const other = others.find((one) => parts.includes(one.service.sid));
      if (other) return list('environments', [other.environment]);
      return list('environments', deployed.activated ? [environment, ...environments] : []);
    }
    case 'POST Services/Environments':
      return created(environment);
    case 'GET Services/Functions':
      return list('functions');
    case 'GET Services/Assets':
      return list('assets');
    case 'POST Services/Functions':
      return created({ sid: nextSid('ZH') });
    case 'POST Services/Assets':
      return created({ sid: nextSid('ZH') });
    case 'POST Services/Functions/Versions':
      return upload(deployed.functions);
    case 'POST Services/Assets/Versions':
      return upload(deployed.assets);
    case 'GET Services/Functions/Versions/Content': {
      const version = deployed.functions.find(({ sid }) => parts.includes(sid));
      return version ? found({ content: version.bytes.toString() }) : twilioError({ status: 404 });
    }
    case 'POST Services/Builds':
      for (const key of new Set(form.keys())) {
        const values = form.getAll(key);
        deployed.build[key] = key.endsWith('Versions') ? values : (values[0] ?? '');
      }
      return created({ sid: BUILD, status: 'building', runtime: form.get('Runtime') });
    case 'GET Services/Builds':
      return found(buildOf(deployed));
    case 'GET Services/Builds/Status':
      return found({ sid: BUILD, status: 'completed' });
    case 'GET Services/Environments/Variables':
      return list(
        'variables',
        Object.entries(deployed.variables).map(([key, value]) => ({ key, value })),
      );
    case 'POST Services/Environments/Variables':
      deployed.variables[form.get('Key') ?? ''] = form.get('Value') ?? '';
      return created({ sid: nextSid('ZV') });
    case 'POST Services/Environments/Deployments':
      deployed.activated = form.get('BuildSid') === BUILD;
      return created({ sid: nextSid('ZD') });
    case 'GET Services/Environments/Logs':
      return list('logs', deployed.log);
    default:
      return twilioError({ status: 404 });
  }
}

/** With the visibility in capitals, as in the example of Twilio's description. */
function buildOf({ functions, assets, build }: Deployed) {
  const versions = (uploads: Upload[], of: string) =>
    uploads.map(({ sid, resourceSid, path, visibility }) => {
      return { sid, [of]: resourceSid, path, visibility: visibility.toUpperCase() };
    });
  return {
    sid: BUILD,
    status: 'completed',
    runtime: build.Runtime,
    function_versions: versions(functions, 'function_sid'),
    asset_versions: versions(assets, 'asset_sid'),
  };
}

/** Reads a form with a file. */
async function uploadOf(headers: ApiRequest['headers'], bytes: Buffer) {
  const type = headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(bytes), { headers: { 'Content-Type': type } }).formData();
  const content = form.get('Content') as Blob;
  return {
    path: String(form.get('Path')),
    visibility: String(form.get('Visibility')),
    bytes: Buffer.from(await content.arrayBuffer()),
  };
}
