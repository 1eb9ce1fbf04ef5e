/** What the avatar says where nobody answers, by the first part of its language's tag. */
const SENTENCES: Readonly<Record<string, string>> = {
  en: 'Nobody is here to answer at the moment. Please try again a little later.',
  de: 'Im Moment ist niemand da, der antworten kann. Bitte versuchen Sie es etwas später noch einmal.',
  es: 'En este momento no hay nadie que pueda responder. Inténtelo de nuevo un poco más tarde.',
  fr: 'Il n’y a personne pour répondre en ce moment. Merci de réessayer un peu plus tard.',
  it: 'In questo momento non c’è nessuno che possa rispondere. Riprovi un po’ più tardi.',
  nl: 'Er is op dit moment niemand om te antwoorden. Probeer het later nog eens.',
  pt: 'Neste momento não há ninguém para responder. Tente novamente um pouco mais tarde.',
  zh: '现在没有人可以回答，请稍后再试。',
};

export function awaySentence(language: string): string {
  const [first = ''] = language.toLowerCase().split('-');
  return SENTENCES[first] ?? SENTENCES.en ?? '';
}
