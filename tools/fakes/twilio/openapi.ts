/**
 * Holds requests and answers to Twilio's own descriptions of its APIs. `openapi/` has the part of them that the commands
 * use, without the prose: parameters, forms and properties; `source` says where each is from. An answer's enumerations
 * may be null there as well: Twilio's example `fetchEmpty` of a service's webhooks is so.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { type ApiAnswer, type ApiRequest, twilioError } from '../fake-server';

interface Schema {
  properties?: Record<string, { type?: string }>;
}

interface Operation {
  query: Schema;
  form?: Schema;
  answer?: Schema;
}

interface Description {
  source: string;
  server: string;
  paths: Record<string, Record<string, Operation>>;
}

const FOLDER = join(__dirname, 'openapi');
/** What comes in a query or a form is text. */
const ofRequests = new Ajv({ strict: false, coerceTypes: true });
const ofAnswers = new Ajv({ strict: false });

const operations = readdirSync(FOLDER).flatMap((file) => {
  const { server, paths }: Description = require(join(FOLDER, file));
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { query, form = {}, answer = {} }]) => ({
      host: new URL(server).host,
      method,
      path: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      query: checkOf(ofRequests, query),
      form: checkOf(ofRequests, form),
      answer: checkOf(ofAnswers, answer),
    })),
  );
});

/** What twilio-run alone calls: it uploads files, which is not described, and sends fields that are not described either. */
function isDeploy({ host, method }: ApiRequest): boolean {
  return host === 'serverless-upload.twilio.com' || (host === 'serverless.twilio.com' && method === 'POST');
}

/**
 * Answers requests that are as Twilio describes them, and others with 400; what has no description does not exist.
 *
 * @throws Error if the answer is not as Twilio describes it: then the fake is wrong
 */
export async function answerAsDescribed(
  request: ApiRequest,
  answer: (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>,
): Promise<ApiAnswer> {
  const { host, method, path, body } = request;
  if (isDeploy(request)) return answer(request);
  const { pathname, searchParams } = new URL(path, `https://${host}`);
  const operation = operations.find(
    (one) => one.host === host && one.method === method && one.path.test(pathname),
  );
  if (!operation) return twilioError({ status: 404 });
  const isQuery = operation.query();
  const isForm = operation.form();
  const isDescribed =
    isQuery(fieldsOf(searchParams, isQuery)) && isForm(fieldsOf(new URLSearchParams(body), isForm));
  if (!isDescribed) return twilioError({ status: 400, code: 20001 });
  const answered = await answer(request);
  const isAnswer = operation.answer();
  if (answered.status < 300 && !isAnswer(answered.body)) {
    const faults = isAnswer.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);
    throw new Error(`${method} ${host}${pathname} is not answered as Twilio describes it: ${faults}`);
  }
  return answered;
}

/** A check that takes no other fields than those that are described, compiled when it is used. */
function checkOf(ajv: Ajv, schema: Schema): () => ValidateFunction {
  let check: ValidateFunction | undefined;
  return () => {
    check ??= ajv.compile({ ...schema, additionalProperties: false });
    return check;
  };
}

/** Fields that are repeated are a list, if that is described. */
function fieldsOf(form: URLSearchParams, { schema }: ValidateFunction): Record<string, unknown> {
  const { properties = {} } = schema as Schema;
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => [
      name,
      properties[name]?.type === 'array' ? form.getAll(name) : form.get(name),
    ]),
  );
}
