import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { MachineModel, MachineModels } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { machineModelsQuery, useChange } from '../../api/queries.ts';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { Loaded, Page, Problem } from '../../components/page.tsx';
import { useFormats } from '../../i18n/language.tsx';
import { useMachineModelsTexts } from '../../i18n/machine-models-texts.ts';
import { MachineModelRow } from './machine-model-row.tsx';
import own from './machine-models.module.css';
import { sizeText } from './size-text.ts';

/** How often is asked how far it is, while something comes or is checked. */
const pollMs = 1000;
const kinds = ['turn-end', 'ears', 'mouth', 'brain'] as const satisfies readonly MachineModel['kind'][];

function isBusy({ state }: MachineModel): boolean {
  return state === 'coming' || state === 'checking';
}

/** What this server can hear, judge, speak and think with on its own machine; for the operator. */
export function MachineModelsPage() {
  const texts = useMachineModelsTexts();
  const models = useQuery({
    ...machineModelsQuery,
    refetchInterval: ({ state }) => (state.data?.models.some(isBusy) ? pollMs : false),
  });
  return (
    <Page title={texts.title} intro={texts.intro}>
      <Loaded of={models}>{(all) => <Models all={all} />}</Loaded>
    </Page>
  );
}

export type Order = { readonly verb: 'fetch' | 'stop' | 'verify' | 'remove'; readonly name: string };

function useOrder() {
  const client = useQueryClient();
  return useChange(async ({ verb, name }: Order) => {
    const body = verb === 'stop' ? {} : { name };
    const answer = await request<MachineModels>('POST', `/operator/machine-models/${verb}`, body);
    client.setQueryData(machineModelsQuery.queryKey, answer);
  }, []);
}

function Models({ all }: { readonly all: MachineModels }) {
  const texts = useMachineModelsTexts();
  const order = useOrder();
  const removal = useOrder();
  const [removed, setRemoved] = useState<string | null>(null);
  const anyBusy = all.models.some(isBusy);
  return (
    <>
      <Facts all={all} />
      <Problem error={order.error} />
      {kinds.map((kind) => (
        <section key={kind} className={classes.stack}>
          <div className={own.heading}>
            <h2 className={classes.sectionTitle}>{texts.kinds[kind]}</h2>
            <p className={classes.muted}>{texts.purposes[kind]}</p>
          </div>
          <ul className={classes.list}>
            {all.models
              .filter((model) => model.kind === kind)
              .map((model) => (
                <MachineModelRow
                  key={model.name}
                  model={model}
                  isOtherBusy={anyBusy && !isBusy(model)}
                  isOrdering={order.isPending && order.variables.name === model.name}
                  onOrder={(verb) =>
                    verb === 'remove' ? setRemoved(model.name) : order.mutate({ verb, name: model.name })
                  }
                />
              ))}
          </ul>
        </section>
      ))}
      <Confirm
        opened={removed !== null}
        title={texts.removeTitle(removed ?? '')}
        text={texts.removeText}
        action={texts.remove}
        change={removal}
        onConfirm={() => removal.mutate({ verb: 'remove', name: removed ?? '' }, { onSuccess: () => setRemoved(null) })}
        onClose={() => setRemoved(null)}
      />
    </>
  );
}

function Facts({ all: { machine, hubUrl, runtimeCommand } }: { readonly all: MachineModels }) {
  const texts = useMachineModelsTexts();
  const { number } = useFormats();
  const { memoryBytes, cores, freeDiskBytes } = machine;
  return (
    <section className={`${classes.card} ${classes.stack}`}>
      <p>
        {texts.machine(
          texts.memory(sizeText(memoryBytes, number)),
          texts.cores(cores),
          sizeText(freeDiskBytes, number),
        )}{' '}
        {texts.from(hubUrl)}
      </p>
      {runtimeCommand !== null && (
        <div>
          <p>{texts.runtime}</p>
          <pre className={classes.code}>npx visavis models runtime</pre>
        </div>
      )}
    </section>
  );
}
