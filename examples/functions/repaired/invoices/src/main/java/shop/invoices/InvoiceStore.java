package shop.invoices;

import java.sql.SQLException;

interface InvoiceStore {
    int countOpen(String customer) throws SQLException;
}
