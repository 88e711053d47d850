/** First names of generated people. */
export const FIRST_NAMES = [
  ...['Mary', 'James', 'Patricia', 'Robert', 'Jennifer', 'John', 'Linda', 'Michael', 'Elizabeth', 'William', 'Barbara'],
  ...['David', 'Susan', 'Richard', 'Jessica', 'Joseph', 'Karen', 'Thomas', 'Nancy', 'Charles', 'Betty', 'Donald'],
  ...['Margaret', 'George', 'Sandra', 'Kenneth', 'Ashley', 'Edward', 'Dorothy', 'Ronald', 'Carol', 'Frank', 'Ruth'],
  ...['Walter', 'Helen', 'Henry', 'Virginia', 'Arthur', 'Rose', 'Albert', 'Gloria', 'Juan', 'Teresa', 'José', 'Renée'],
];

/** Last names of generated people. */
export const LAST_NAMES = [
  ...['Smith', 'Johnson', 'Williams', 'Brown', 'Jones', 'Garcia', 'Miller', 'Davis', 'Rodriguez', 'Martinez', 'Lopez'],
  ...['Hernandez', 'Gonzalez', 'Wilson', 'Anderson', 'Thomas', 'Taylor', 'Moore', 'Jackson', 'Martin', 'Lee', 'Perez'],
  ...['Thompson', 'White', 'Harris', 'Sanchez', 'Clark', 'Ramirez', 'Lewis', 'Robinson', 'Walker', 'Young', 'Allen'],
  ...['King', 'Wright', 'Scott', 'Torres', 'Nguyen', 'Hill', 'Flores', 'Green', 'Adams', 'Nelson', 'Baker', 'Hall'],
  ...[
    'Rivera',
    'Campbell',
    'Mitchell',
    'Carter',
    'Roberts',
    'Phillips',
    'Evans',
    'Turner',
    'Parker',
    "O'Brien",
    'Muñoz',
  ],
];

/** Domains nobody's mail goes to (RFC 2606). */
export const EMAIL_DOMAINS = ['example.com', 'example.org', 'example.net'];

/** Carriers of generated policies, made up. */
export const CARRIERS = [
  ...['Evergreen Life', 'Prairie Mutual', 'Blue Harbor', 'Summit Health', 'Liberty Oak', 'Great Plains Assurance'],
  ...['Lakeside Casualty', 'Pioneer Senior Care', 'Golden Gate Benefits', 'Atlantic Shield'],
];
