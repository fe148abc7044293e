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
        Path file = Paths.get(root, name);
        return Files.readString(file);
    }
}
