declare module 'vader-sentiment' {
  /** Shares of the text that are negative, neutral and positive, and the mood of the whole from -1 to 1. */
  type PolarityScores = { readonly neg: number; readonly neu: number; readonly pos: number; readonly compound: number };

  const vader: { readonly SentimentIntensityAnalyzer: { polarity_scores(text: string): PolarityScores } };
  // biome-ignore lint/style/noDefaultExport: the package is CommonJS, whose exports come as the default.
  export default vader;
}
