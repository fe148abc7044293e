import java.util.List;
String greeting = "hi";
void main(String[] args) { println(greeting); }
