package shop.invoices;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

class InvoiceFiles {
    private final String root;

    InvoiceFiles(String root) {
        this.root = root;
    }

    String read(String name) throws IOException {
        if (!name.matches("[0-9]{4}-[0-9]{6}[.]txt")) {
            throw new IllegalArgumentException("no invoice has such a name");
        }
        Path file = Paths.get(root, name);
        return Files.readString(file);
    }
}
