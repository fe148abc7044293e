package shop.invoices;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

class JdbcInvoiceStore implements InvoiceStore {
    @Override
    public int countOpen(String customer) throws SQLException {
        StringBuilder sql = new StringBuilder("SELECT count(*) FROM invoices WHERE paid = false");
        sql.append(" AND customer = '").append(customer).append("'");
        try (Connection connection = DriverManager.getConnection(System.getenv("JDBC_URL"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql.toString())) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
