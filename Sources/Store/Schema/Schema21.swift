/// The modules of software. The conventions are those of `Schema1`.
enum Schema21 {
    /// Its statements: the module is a part of what makes software what it is, and neither database
    /// puts a column into the unique key of a table. The rows keep their numbers, of which
    /// inventories are made; they wait in a table without keys, so that the new table's have its
    /// name in PostgreSQL. `module` is empty for software outside of modules.
    static let text = anew + SchemaDialect.numbersGoOn("software") + "DROP TABLE software_former;\n"

    private static let anew = """
        CREATE TABLE software_former AS SELECT * FROM software;
        DROP TABLE software;
        CREATE TABLE software (
            id INTEGER PRIMARY KEY,
            manager TEXT NOT NULL,
            name TEXT NOT NULL,
            architecture TEXT NOT NULL,
            version TEXT NOT NULL,
            source TEXT NOT NULL,
            source_version TEXT NOT NULL,
            module TEXT NOT NULL,
            UNIQUE (name, version, architecture, manager, source, source_version, module)
        ) STRICT;
        INSERT INTO software
            (id, manager, name, architecture, version, source, source_version, module)
            SELECT id, manager, name, architecture, version, source, source_version, ''
            FROM software_former;

        """
}
