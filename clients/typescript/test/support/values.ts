// Values made of the schemas of the OpenAPI document, for tests that have no list of fields of their own.

import { readFileSync } from "node:fs";

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  readOnly?: boolean;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

const FILE = new URL("../../../../openapi.json", import.meta.url);
const DOCUMENT = JSON.parse(readFileSync(FILE, "utf8")) as {
  paths: Record<string, unknown>;
  components: { schemas: Record<string, Schema> };
};

export function schemaOf(name: string): Schema {
  const schema = DOCUMENT.components.schemas[name];
  if (!schema) throw new Error(`openapi.json has no schema ${name}`);
  return schema;
}

/** Up to three values that differ: two of a boolean. None of them is `null`. */
export function values(schema: Schema): unknown[] {
  const made = [0, 1, 2].map((nth) => JSON.stringify(value(schema, nth)));
  return [...new Set(made)].map((text) => JSON.parse(text) as unknown);
}

export function isNullable(schema: Schema): boolean {
  const here = resolved(schema);
  return types(here).includes("null") || choices(here).some(isNullable);
}

function resolved(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : resolved(schemaOf(schema.$ref.replace("#/components/schemas/", "")));
}

function types({ type = [] }: Schema): string[] {
  return [type].flat();
}

function choices({ oneOf, anyOf }: Schema): Schema[] {
  return oneOf ?? anyOf ?? [];
}

/** What a value may be. A text beside an object is the object's short form: it is answered as the object. */
function forms(schema: Schema): Schema[] {
  const all = choices(schema).map(resolved).filter((form) => types(form).join() !== "null");
  const whole = all.filter((form) => ["object", "array"].some((type) => types(form).includes(type)));
  return whole.length > 0 ? whole : all;
}

function value(given: Schema, nth: number): unknown {
  const schema = resolved(given);
  const named = schema.examples ?? schema.enum;
  if (named) return named[nth % named.length];
  const among = forms(schema);
  if (among.length > 0) return value(among[nth % among.length]!, nth);
  switch (types(schema).find((type) => type !== "null")) {
    case "boolean":
      return nth % 2 === 0;
    case "integer":
    case "number":
      return Math.min((schema.minimum ?? 1) + nth, schema.maximum ?? Infinity);
    case "string":
      return text(schema, nth);
    case "array": {
      const { minItems = 0, maxItems = 10, items = { type: "string" } } = schema;
      const length = Math.min(Math.max(nth + 1, minItems), maxItems);
      return Array.from({ length }, (_, place) => value(items, nth + place));
    }
    case "object": {
      const properties = Object.entries(schema.properties ?? { any: { type: "string" } });
      return Object.fromEntries(properties.map(([name, property]) => [name, value(property, nth)]));
    }
    default:
      throw new Error(`no value can be made of ${JSON.stringify(schema)}`);
  }
}

function text({ format, minLength = 0, maxLength = Infinity }: Schema, nth: number): string {
  const day = `2026-12-${String(nth + 1).padStart(2, "0")}`;
  switch (format) {
    case undefined:
      return `${nth} "ü" \\`.padEnd(minLength, "x").slice(0, maxLength);
    case "date":
      return day;
    case "date-time":
      return `${day}T09:00:00.000000Z`;
    case "date-time-local":
      return `${day}T09:00:00`;
    case "uuid":
      return `01990f3e-8a5c-7cc3-98c4-dc0c0c0739${String(nth).padStart(2, "0")}`;
    case "uri":
      return `https://example.com/${nth}`;
    default:
      throw new Error(`a text with the format ${format} needs three examples in the document`);
  }
}
