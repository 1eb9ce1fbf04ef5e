/** Arguments of a call as a model wrote them; none where they are no JSON. */
export function parsedArguments(argumentsJson: string): unknown {
  try {
    return JSON.parse(argumentsJson);
  } catch {
    return {};
  }
}
