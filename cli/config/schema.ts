import { defaultSettings } from '../../src/trainer/settings.ts';
import { fields } from './fields.ts';
import { settingOf } from './resolve.ts';

interface ObjectSchema {
  type: 'object';
  additionalProperties: false;
  properties: Record<string, unknown>;
}

/** JSON Schema (draft 2020-12) of a config file: editors check and complete it with that. */
export function settingsSchema(): Record<string, unknown> {
  const root = objectSchema();
  for (const { key, rules, description } of fields) {
    const parts = key.split('.');
    const last = parts.pop()!;
    let group = root;
    for (const part of parts) {
      group.properties[part] ??= objectSchema();
      group = group.properties[part] as ObjectSchema;
    }
    const types = rules.length === 1 ? rules[0] : { anyOf: rules };
    group.properties[last] = { description, ...types, default: settingOf(defaultSettings, key) };
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Settings of distiltune',
    ...root,
  };
}

const objectSchema = (): ObjectSchema => ({ type: 'object', additionalProperties: false, properties: {} });
