/** The parts of an OpenAPI document that are read here; a schema is walked as it comes. */
interface Schema {
  readonly $ref?: string;
  readonly properties?: Record<string, Schema>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly allOf?: Schema[];
  readonly anyOf?: Schema[];
  readonly oneOf?: Schema[];
}
type Content = Record<string, { schema?: Schema }>;
interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
}
interface Operation {
  readonly parameters?: Parameter[];
  readonly requestBody?: { content: Content };
  readonly responses: Record<string, { content?: Content }>;
  readonly security?: Array<Record<string, string[]>>;
}
interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>;
}

/**
 * What a document promises, one line each, so that two documents can be compared as sets: `GET /users/{}`, `GET /users/{} query sort`,
 * `POST /users body admin`, `GET /users 200`, `GET /users 200 [].name`, `GET /users scope list:users`. Names of path parameters do not count.
 */
export function factsOf(document: OpenApi): Set<string> {
  const facts = new Set<string>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const head = `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`;
      facts.add(head);
      for (const fact of operationFacts(document, operation)) facts.add(`${head} ${fact}`);
    }
  }
  return facts;
}

function* operationFacts(document: OpenApi, operation: Operation): Generator<string> {
  for (const given of operation.parameters ?? []) {
    const parameter = given.$ref === undefined ? given : (resolve(document, given.$ref) as Parameter);
    if (parameter.in !== 'path') yield `${parameter.in} ${parameter.name}`;
  }
  for (const field of contentFields(document, operation.requestBody?.content)) yield `body ${field}`;
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (!/^[23]/.test(status)) continue;
    yield status;
    for (const field of contentFields(document, answer.content)) yield `${status} ${field}`;
  }
  for (const scope of (operation.security ?? []).flatMap((one) => Object.values(one).flat())) yield `scope ${scope}`;
}

function contentFields(document: OpenApi, content: Content = {}): string[] {
  return Object.values(content).flatMap(({ schema }) =>
    schema === undefined ? [] : [...fields(document, schema, '')],
  );
}

function* fields(document: OpenApi, schema: Schema, prefix: string): Generator<string> {
  if (schema.$ref !== undefined) yield* fields(document, resolve(document, schema.$ref) as Schema, prefix);
  for (const one of [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])])
    yield* fields(document, one, prefix);
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    yield `${prefix}${name}`;
    yield* fields(document, inner, `${prefix}${name}.`);
  }
  if (schema.items !== undefined) yield* fields(document, schema.items, `${prefix}[].`);
  if (typeof schema.additionalProperties === 'object')
    yield* fields(document, schema.additionalProperties, `${prefix}*.`);
}

function resolve(document: OpenApi, ref: string): unknown {
  const steps = ref.replace(/^#\//, '').split('/');
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document);
}
