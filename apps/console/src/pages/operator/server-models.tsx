import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ServerModel } from '@visavis/protocol/rest';
import { request } from '../../api/client.ts';
import { serverModelsQuery, useChange } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { Problem } from '../../components/page.tsx';
import { useVoiceSetupTexts } from '../../i18n/voice-setup-texts.ts';

/** Models that run on the machine of the server; one click puts one behind the built-in avatars. */
export function ServerModels() {
  const texts = useVoiceSetupTexts();
  const { data: models = [] } = useQuery(serverModelsQuery);
  const use = useChange(
    (chosen: ServerModel) => {
      const model = chosen.isUsed ? null : { name: chosen.name, model: chosen.model };
      return request<ServerModel[]>('PUT', '/operator/models', { model });
    },
    [serverModelsQuery.queryKey],
  );
  if (models.length === 0) return null;
  return (
    <section className={`${classes.card} ${classes.stack}`}>
      <h2>{texts.models}</h2>
      <p>{texts.modelsHint}</p>
      {models.map((model) => (
        <div key={`${model.name} ${model.model}`}>
          <Button
            variant={model.isUsed ? 'filled' : 'default'}
            loading={use.isPending}
            onClick={() => use.mutate(model)}
          >
            {model.isUsed ? texts.stopUsing(model.model) : texts.use(model.name, model.model)}
          </Button>
        </div>
      ))}
      <Problem error={use.error} />
    </section>
  );
}
