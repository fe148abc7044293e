package shop.invoices;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

class JdbcInvoiceStore implements InvoiceStore {
    private static final String OPEN =
            "SELECT count(*) FROM invoices WHERE paid = false AND customer = ?";

    @Override
    public int countOpen(String customer) throws SQLException {
        try (Connection connection = DriverManager.getConnection(System.getenv("JDBC_URL"));
                PreparedStatement statement = connection.prepareStatement(OPEN)) {
            statement.setString(1, customer);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }
}
