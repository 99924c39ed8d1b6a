/// Holds the place until the module has something to hold.
enum Placeholder {}
