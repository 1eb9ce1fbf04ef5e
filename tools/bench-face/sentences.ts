/** What the local voices say: every English phone, closures in all positions, about seventy seconds. */
export const SENTENCES: readonly string[] = [
  'Good morning, my name is Emma, and I will be happy to help you plan your next trip.',
  'The first ferry leaves the harbour at half past seven, so please be on the quay by quarter to.',
  'You may bring two bags on board, but bicycles have to be booked before Thursday evening.',
  'Our kitchen serves soup, fresh bread, baked apples and a cheese plate until nine.',
  'Would you rather sit by the window, or do you prefer a table in the garden under the plum trees?',
  'I checked the weather for you: a warm wind from the west, some clouds, and hardly any rain.',
  'The museum opens at ten. Children below the age of five do not pay, and students pay half of the usual fee.',
  'If you have lost your key, call the front desk at any hour, and someone will come up and open the door.',
  'My brother built that big wooden boat himself, with nothing but a hammer, a plane and an old book.',
  'Thank you for your patience. Your payment was accepted, and the invoice is on its way to your mailbox.',
  'Every summer we move the whole workshop up to the village above the valley and come back in September.',
  'Is there anything else that I should know, for example about your health, your food, or your family?',
  'Remember to keep your passport with you, and never leave a phone, a purse or a camera on the beach.',
  'Perhaps we could meet for a cup of coffee tomorrow and speak about the problem from the beginning.',
  'The map on page forty shows both paths: the blue one is short but steep, the brown one is long and smooth.',
  'Push the button, wait for the beep, then pull the lever toward you and move it back up.',
];
