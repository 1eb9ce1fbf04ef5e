import type { FirstHourTexts } from '../../../i18n/en/first-hour.ts';
import type { ToolsFault } from './tool-faults.ts';

/** A fault of the tools as a sentence. */
export function sentenceOf(fault: ToolsFault, texts: FirstHourTexts['tools']): string {
  switch (fault.kind) {
    case 'json':
      return texts.at(fault.at.line, fault.at.column, texts.jsonFaults[fault.at.kind]);
    case 'no-list':
      return texts.noList;
    case 'no-object':
      return texts.noObject(fault.tool + 1);
    case 'too-many':
      return texts.tooMany(fault.limit);
    case 'too-large':
      return texts.tooLarge(fault.limit);
    case 'no-name':
      return texts.noName(fault.tool + 1);
    case 'long-name':
    case 'long-description':
    case 'large-parameters':
      return texts.ofTool(fault.name, texts.tooLong[fault.kind](fault.limit));
    case 'other':
      return texts.ofTool(fault.name, fault.sentence);
    default:
      return texts.ofTool(fault.name, texts.faults[fault.kind]);
  }
}
