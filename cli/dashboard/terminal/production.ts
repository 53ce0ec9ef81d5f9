/**
 * To be imported before react and ink, by each module of the dashboard that a command imports: React chooses its build when it is
 * first loaded, and its development build keeps something of every frame it ever rendered. Tests run on that one: it warns.
 */
if (process.env.NODE_ENV !== 'test') process.env.NODE_ENV = 'production';
