/* A Modbus server on libmodbus, which we did not write: `peer PORT` serves TCP, `peer /dev/…` serves RTU at 115200 8N1, until killed.
   Registers 0..20001 hold 32-bit floats i * 0.5 (big end first, two registers each); coil i is i odd; the rest is an illegal address. */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

int main(int argc, char **argv) {
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    const char *where = argv[argc - 1];
    modbus_t *ctx = where[0] == '/' ? modbus_new_rtu(where, 115200, 'N', 8, 1) : modbus_new_tcp("127.0.0.1", atoi(where));
    modbus_mapping_t *map = modbus_mapping_new(2000, 2000, 20002, 20002);
    for (int i = 0; i <= 10000; i++) {
        float value = i * 0.5f;
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        uint16_t pair[2] = {bits >> 16, bits & 0xFFFF}; /* modbus_set_float_abcd of 3.1.6 swaps the bytes */
        memcpy(map->tab_registers + 2 * i, pair, sizeof pair);
        memcpy(map->tab_input_registers + 2 * i, pair, sizeof pair);
        if (i < 2000) map->tab_bits[i] = map->tab_input_bits[i] = i & 1;
    }
    if (where[0] == '/') {
        modbus_set_slave(ctx, 1);
        if (modbus_connect(ctx) < 0) return 1;
        puts("ready");
        fflush(stdout);
        for (;;) {
            int got = modbus_receive(ctx, query);
            if (got > 0) modbus_reply(ctx, query, got, map);
            else if (got < 0 && errno == EIO) return 0;
        }
    }
    int listener = modbus_tcp_listen(ctx, 8);
    if (listener < 0) return 1;
    puts("ready");
    fflush(stdout);
    fd_set all, ready;
    FD_ZERO(&all);
    FD_SET(listener, &all);
    int highest = listener, open_sockets = 0;
    for (;;) {
        ready = all;
        if (select(highest + 1, &ready, NULL, NULL, NULL) < 0) return 1;
        for (int s = 0; s <= highest; s++) {
            if (!FD_ISSET(s, &ready)) continue;
            if (s == listener) {
                int made = modbus_tcp_accept(ctx, &listener);
                FD_SET(made, &all);
                if (made > highest) highest = made;
                printf("%d\n", ++open_sockets);
            } else {
                modbus_set_socket(ctx, s);
                int got = modbus_receive(ctx, query);
                if (got > 0) modbus_reply(ctx, query, got, map);
                else if (got < 0) {
                    close(s);
                    FD_CLR(s, &all);
                    printf("%d\n", --open_sockets);
                }
            }
            fflush(stdout);
        }
    }
}
