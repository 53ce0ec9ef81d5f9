/**
 * To be imported before react and ink: React chooses its build when it is first loaded, and its development build keeps
 * something of every frame it ever rendered.
 */
process.env.NODE_ENV = 'production';
