import { Checkbox, Form, Input, InputNumber, Radio, Select, type FormInstance } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { CaseView } from '../../../../domain/views.ts';
import { useCatalogue } from '../api/places.ts';
import { PictureUpload } from '../parts/picture-upload.tsx';
import { UnitPicker } from '../parts/unit-picker.tsx';

/** The part of JSON Schema that inputs of actions use. */
interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface SchemaFormProps {
  readonly form: FormInstance;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly view: CaseView;
  /** On a phone: large camera button. */
  readonly camera?: boolean;
  readonly onFinish: (input: Readonly<Record<string, unknown>>) => void;
}

const isMedia = (schema: Schema): boolean => schema.type === 'array' && schema.items?.format === 'media';
const isUnits = (schema: Schema): boolean => schema.type === 'array' && schema.items?.format === 'unit';

/** A form for the input of an action, made from its JSON Schema; what it does not know is left to its default. */
export function SchemaForm({ form, schema, view, camera = false, onFinish }: SchemaFormProps) {
  const { t, i18n } = useTranslation();
  const { properties = {}, required = [] } = schema as Schema;
  const suggested = view.suggestion?.leadUnit.id;
  const unitId = Form.useWatch('unitId', form) as string | undefined;
  const overridden = suggested !== undefined && unitId !== undefined && unitId !== suggested;
  const initial: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(properties)) if (part.default !== undefined && !isMedia(part)) initial[name] = part.default;
  if ('unitId' in properties && suggested !== undefined) initial.unitId = suggested;
  if ('coUnitIds' in properties && view.suggestion !== null) initial.coUnitIds = view.suggestion.coUnits.map((unit) => unit.id);
  const refusalOf = (value: unknown, must: boolean, name: string): Promise<void> => {
    if (must && !filled(value)) return Promise.reject(new Error(t('field.missing', { name })));
    return Array.isArray(value) && value.includes('') ? Promise.reject(new Error(t('upload.wait'))) : Promise.resolve();
  };
  if ('subclass' in properties && view.subclass !== null) initial.subclass = `${view.subclass.standardRef} ${view.subclass.code}`;

  return (
    <Form form={form} layout="vertical" requiredMark="optional" initialValues={initial} onFinish={(values: Record<string, unknown>) => onFinish(inputOf(values, properties))} className="schema-form">
      {Object.entries(properties).map(([name, part]) => {
        // Why not the suggested unit: asked only when it is another.
        if (name === 'reason' && 'unitId' in properties && !overridden) return null;
        const must = required.includes(name) && !(part.default !== undefined && !isMedia(part)) ? true : name === 'reason' || (part.minItems ?? 0) > 0;
        const label = i18n.exists(`field.${name}`) ? t(`field.${name}` as 'field.note') : name;
        return (
          <Form.Item key={name} name={name} label={label} required={must} rules={[{ validator: (_rule, value: unknown) => refusalOf(value, must, label) }]}>
            {control(name, part, { view, camera, t, suggested })}
          </Form.Item>
        );
      })}
    </Form>
  );
}

interface Around {
  readonly view: CaseView;
  readonly camera: boolean;
  readonly t: TFunction;
  readonly suggested: string | undefined;
}

function control(name: string, schema: Schema, { view, camera, t, suggested }: Around): React.ReactNode {
  if (name === 'subclass') return <SubclassSelect view={view} />;
  if (name === 'conditionId') return <ConditionSelect view={view} />;
  if (isMedia(schema)) return <PictureUpload camera={camera} />;
  if (isUnits(schema)) return <UnitPicker many />;
  if (schema.format === 'unit') return <UnitPicker suggested={suggested} />;
  if (schema.enum !== undefined) {
    const options = schema.enum.map((value) => ({ value, label: enumLabel(name, value, t) }));
    return options.length <= 3 ? <Radio.Group options={options} optionType="button" /> : <Select options={options} data-testid={`field-${name}`} />;
  }
  switch (schema.type) {
    case 'boolean': return <Checkbox />;
    case 'integer':
    case 'number': return <InputNumber />;
    default: return <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={schema.maxLength} data-testid={`field-${name}`} />;
  }
}

function enumLabel(name: string, value: string, t: TFunction): string {
  const keys = [`choice.${name}.${value}`, `reason.${value}`] as unknown as 'reason.gone'[];
  return t(keys, { defaultValue: value });
}

function SubclassSelect({ view, value, onChange, id }: { readonly view: CaseView; readonly value?: string; readonly onChange?: (value: string) => void; readonly id?: string }) {
  const { data: catalogue = [] } = useCatalogue();
  const entry = catalogue.find((one) => one.eventType === view.eventType);
  const all = [view.subclass, entry?.subclass ?? null, ...(entry?.alternatives ?? [])].filter((one) => one !== null);
  const unique = [...new Map(all.map((one) => [`${one.standardRef} ${one.code}`, one])).entries()];
  return <Select {...(id === undefined ? {} : { id })} value={value ?? null} {...(onChange === undefined ? {} : { onChange })} options={unique.map(([key, one]) => ({ value: key, label: `${one.code} ${one.name}` }))} />;
}

/** The limit and what counts as solved hang on the condition, so both are said in the choice. */
function ConditionSelect({ view, value, onChange, id }: { readonly view: CaseView; readonly value?: string; readonly onChange?: (value: string) => void; readonly id?: string }) {
  const { t } = useTranslation();
  const { data: catalogue = [] } = useCatalogue();
  const form = Form.useFormInstance();
  const subclass = Form.useWatch('subclass', form) as string | undefined;
  const code = subclass?.split(' ').at(-1) ?? view.subclass?.code;
  const conditions = catalogue.find((one) => one.eventType === view.eventType)?.conditions.filter((one) => one.code === code) ?? [];
  return (
    <Select
      {...(id === undefined ? {} : { id })} value={value ?? null} {...(onChange === undefined ? {} : { onChange })} allowClear placeholder={t('field.conditionUsual')}
      options={conditions.map((one) => ({ value: one.id, label: `${one.condition} · ${t(`clock.limit.${one.limit.unit}`, { n: one.limit.value })} · ${one.closing}` }))}
    />
  );
}

const filled = (value: unknown): boolean => value !== undefined && value !== null && (typeof value === 'string' ? value.trim() !== '' : Array.isArray(value) ? value.length > 0 : true);

/** Values of the form as the server's schema wants them; what was left empty is left out. */
function inputOf(values: Readonly<Record<string, unknown>>, properties: Readonly<Record<string, Schema>>): Readonly<Record<string, unknown>> {
  const input: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!(name in properties) || !filled(value)) continue;
    if (name === 'subclass' && typeof value === 'string') {
      const cut = value.lastIndexOf(' ');
      input[name] = { standardRef: value.slice(0, cut), code: value.slice(cut + 1) };
    } else input[name] = value;
  }
  return input;
}
