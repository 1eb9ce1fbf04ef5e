import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import { useAbilitiesTexts } from '../../../i18n/abilities-texts.ts';
import { addressOf, withAddress } from './tool-address.ts';
import own from './tool-builder.module.css';
import type { Fields } from './tool-list.ts';

type AddressFieldsProps = {
  readonly tool: Fields;
  /** What is wrong with the address. */
  readonly error: string | null;
  readonly onChange: (tool: Fields) => void;
};

/** Who answers a tool: the page, or a web address that the server asks, with how it is asked. */
export function AddressFields({ tool, error, onChange }: AddressFieldsProps) {
  const texts = useAbilitiesTexts().address;
  const address = addressOf(tool);
  const [least, most] = LIMITS.ranges.toolMs;
  return (
    <>
      <NativeSelect
        label={texts.answers}
        data={[
          { value: 'page', label: texts.page },
          { value: 'web', label: texts.web },
        ]}
        value={address === null ? 'page' : 'web'}
        onChange={(event) => onChange(withAddress(tool, event.currentTarget.value === 'web' ? {} : null))}
      />
      {address !== null && (
        <div className={own.parameter}>
          <TextInput
            className={own.wide ?? ''}
            label={texts.url}
            description={texts.urlHint}
            type="url"
            placeholder="https://"
            spellCheck={false}
            maxLength={LIMITS.characters.url}
            error={error}
            value={address.url}
            onChange={(event) => onChange(withAddress(tool, { url: event.currentTarget.value }))}
          />
          <NativeSelect
            label={texts.method}
            data={[
              { value: 'POST', label: texts.post },
              { value: 'GET', label: texts.get },
            ]}
            value={address.method}
            onChange={(event) =>
              onChange(withAddress(tool, { method: event.currentTarget.value === 'GET' ? 'GET' : 'POST' }))
            }
          />
          <NumberInput
            label={texts.seconds}
            min={least / 1000}
            max={most / 1000}
            decimalScale={1}
            clampBehavior="strict"
            value={address.timeoutMs / 1000}
            onChange={(seconds) => {
              if (typeof seconds === 'number') onChange(withAddress(tool, { timeoutMs: Math.round(seconds * 1000) }));
            }}
          />
        </div>
      )}
    </>
  );
}
