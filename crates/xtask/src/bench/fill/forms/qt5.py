"""A logon form of Qt 5. OK, or Return in the password, prints `user|password`."""
import sys

from PyQt5.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QVBoxLayout

application = QApplication(sys.argv[:1])
dialog = QDialog()
dialog.setWindowTitle(sys.argv[1])
layout = QVBoxLayout(dialog)
user, password, button = QLineEdit(), QLineEdit(), QPushButton("OK")
password.setEchoMode(QLineEdit.Password)
button.setDefault(True)
button.clicked.connect(dialog.accept)
for widget in (user, password, button):
    layout.addWidget(widget)
if dialog.exec_():
    print(user.text() + "|" + password.text(), flush=True)
